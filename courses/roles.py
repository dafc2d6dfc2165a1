"""What each role may do with courses in the back office."""

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, SUPPORT, TEACHER, every, grant

CONTENT = ("subject", "course", "lesson", "video", "exercise", "quiz", "quizitem")
TUTORING = ("formula", "tutoringsession", "booking")

for _action in ("view", "add", "change", "delete"):
    grant(CONTENT_EDITOR, *every(_action, "courses", *CONTENT))
    grant(ADMINISTRATOR, *every(_action, "courses", *CONTENT, *TUTORING))
grant(CONTENT_EDITOR, *every("view", "courses", "formula"))
# What a teacher may do reaches their own courses and sessions only; subjects and formulas are everybody's.
grant(TEACHER, *every("view", "courses", *CONTENT, *TUTORING))
grant(TEACHER, "courses.change_course")
for _action in ("add", "change"):
    grant(TEACHER, *every(_action, "courses", "lesson", "video", "exercise", "quiz", "quizitem"))
    grant(TEACHER, *every(_action, "courses", "tutoringsession", "booking"))
grant(TEACHER, *every("delete", "courses", "video", "exercise", "quiz", "quizitem"))
grant(SUPPORT, *every("view", "courses", *CONTENT, *TUTORING))
for _action in ("add", "change"):
    grant(SUPPORT, *every(_action, "courses", "tutoringsession", "booking"))
# What was paid is the office's business; whose calendar is fed, nobody's but the administrator's.
for _action in ("view", "add", "change", "delete"):
    grant(ADMINISTRATOR, *every(_action, "courses", "formulapurchase"))
    if _action != "delete":
        grant(SUPPORT, *every(_action, "courses", "formulapurchase"))
grant(ADMINISTRATOR, *every("view", "courses", "calendarfeed"))
