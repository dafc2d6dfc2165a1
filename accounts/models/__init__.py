"""People: one module per aggregate."""

from .activity import UserActivity
from .blocked_domain import BlockedEmailDomain
from .guardianship import Guardianship
from .invitation import Invitation
from .profiles import AdminProfile, ParentProfile, StudentProfile, TeacherProfile
from .role import Role
from .user import User

__all__ = [
    "AdminProfile",
    "BlockedEmailDomain",
    "Guardianship",
    "Invitation",
    "ParentProfile",
    "Role",
    "StudentProfile",
    "TeacherProfile",
    "User",
    "UserActivity",
]
