"""What each role may do with content in the back office."""

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, SUPPORT, TEACHER, every, grant

AUTHORED = ("contentbrick", "contenttemplate")
#: What a service owns: looked at, never edited.
RECORDED = ("brickversion", "generateddocument", "documentbrick", "documentinteraction")
EVERYTHING = (*AUTHORED, *RECORDED, "contentfigure", "documentrequest", "contentbrickrating")

for _role in (CONTENT_EDITOR, TEACHER, SUPPORT, ADMINISTRATOR):
    grant(_role, *every("view", "content", *EVERYTHING))
for _action in ("add", "change", "delete"):
    grant(CONTENT_EDITOR, *every(_action, "content", *AUTHORED, "documentrequest"))
    grant(ADMINISTRATOR, *every(_action, "content", *AUTHORED, "documentrequest", "contentbrickrating"))
for _role in (CONTENT_EDITOR, ADMINISTRATOR):
    grant(_role, "content.import_contentbrick")
# A figure is never changed, for its name pins its file: another file has another name.
for _action in ("add", "delete"):
    for _role in (CONTENT_EDITOR, ADMINISTRATOR):
        grant(_role, *every(_action, "content", "contentfigure"))
grant(TEACHER, *every("add", "content", "documentrequest", "contentbrickrating"))
grant(SUPPORT, *every("add", "content", "documentrequest"))
grant(SUPPORT, *every("delete", "content", "contentbrickrating"))
