"""What a person may type about skills, and about who has them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from service.core import language
from service.core.db import db
from service.core.register import RegisterForm, key_of, rows_of
from service.people.skills import Skill

NAME = [DataRequired(), Length(max=120)]


class SkillForm(RegisterForm):
    hints = {
        "code": _l("What other systems call it, such as rcd_instrument."),
        "is_authorisation": _l("The law asks for it: without a valid one the work is not done."),
    }

    code = StringField(
        _l("Code"),
        [
            DataRequired(),
            Length(max=60),
            Regexp(r"[a-z0-9_]+\Z", message=_l("Use a–z, digits and _ alone.")),
        ],
    )
    name_sv = StringField(_l("Swedish name"), NAME)
    name_en = StringField(_l("English name"), NAME)
    is_authorisation = BooleanField(_l("Authorisation"))

    def validate_code(self, field: Any) -> None:
        if self.is_another(Skill.with_code(field.data)):
            raise ValidationError(_("There is a skill of this code already."))


class GiveSkillForm(RegisterForm):
    unknown = ("certificate",)

    skill_id = SelectField(_l("Skill"), [InputRequired()], coerce=key_of)
    valid_until = DateField(_l("Valid until"), [Optional()])
    certificate = StringField(_l("Certificate"), [Length(max=200)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        tongue = language.current()
        skills = [(skill.id, skill.title(tongue)) for skill in rows_of(Skill.in_use())]
        self.skill_id.choices = [("", _("choose")), *skills]

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        return facts | {"skill": db.session.get_one(Skill, facts.pop("skill_id"))}
