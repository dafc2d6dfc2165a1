"""What one learns from, does and has done, one's children's and one's students' work, below `/api/v1/me/`.

`courses` holds what one learns from, with what one does there; `work` what was done; `talk` what is said; `classes`
and `report` what teachers do with it. `learning` and `shown` are what goes out, `bodies` what comes in.
"""
