"""What each role may do with learners' work in the back office."""

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, SUPPORT, TEACHER, every, grant

#: What services write: it is looked at, by whom it concerns.
RECORDS = (
    "lessonprogress",
    "videoprogress",
    "progresssnapshot",
    "quizattempt",
    "exerciseattempt",
    "grade",
)
TALK = ("conversation", "conversationparticipant", "chatmessage")
KEPT_BY_STAFF = ("enrollment", "review", *TALK)

for _action in ("view", "add", "change", "delete"):
    grant(ADMINISTRATOR, *every(_action, "learning", *KEPT_BY_STAFF))
grant(ADMINISTRATOR, *every("view", "learning", *RECORDS))
# Nobody deletes a record by itself, but who deletes a person deletes their work.
grant(ADMINISTRATOR, *every("delete", "learning", *RECORDS))
# Grading appends grades; nobody changes one.
grant(ADMINISTRATOR, "learning.add_grade")
grant(TEACHER, "learning.add_grade")
grant(TEACHER, *every("view", "learning", *RECORDS, *KEPT_BY_STAFF))
grant(TEACHER, *every("add", "learning", *TALK), "learning.change_conversation")
grant(SUPPORT, *every("view", "learning", *RECORDS, *KEPT_BY_STAFF))
grant(SUPPORT, *every("add", "learning", "enrollment", *TALK))
grant(SUPPORT, *every("change", "learning", "enrollment", "review", "conversation"))
grant(CONTENT_EDITOR, *every("view", "learning", "review", "exerciseattempt", "grade"))
