"""The groups of the staff, and what each may do."""

from django.db import migrations

from reports.rights import ADMINISTRATOR, OPERATOR, SUPERVISOR, give, may

HISTORY = [
    "callcenter.call",
    "callcenter.queueentry",
    "callcenter.connection",
    "callcenter.ivrstep",
    "callcenter.abandonedcall",
    "callcenter.callbackrequest",
    "callcenter.voicemail",
]
SETUP = [
    "callcenter.queue",
    "callcenter.queuethreshold",
    "callcenter.menu",
    "callcenter.menuoption",
    "callcenter.message",
    "callcenter.prompt",
    "callcenter.businesshours",
    "callcenter.holiday",
    "callcenter.operator",
    "callcenter.operatorqueue",
    "callcenter.wrapupcode",
]
GROUPS = {
    # Sees every call and runs the center from day to day; numbers of ours, log-ins and
    # raw webhooks are the administrator's.
    SUPERVISOR: [
        *may("view", *HISTORY, "callcenter.operatorstate", "callcenter.recording"),
        "callcenter.view_numbers",
        *may("view add change", "callcenter.followup"),
        *may("view add change delete", *SETUP),
        # Hours and greetings stand on the page of their line.
        *may("view change", "callcenter.phoneline"),
    ],
    # Rings back who gave up, and sees what happened in the calls; numbers elsewhere,
    # recordings and what colleagues were doing are none of their business.
    OPERATOR: [
        *may("view", *HISTORY),
        *may("view change", "callcenter.followup"),
    ],
    ADMINISTRATOR: ["callcenter.*", "auth.*", "admin.view_logentry"],
}


def give_rights(apps, schema_editor):
    give(apps, schema_editor.connection.alias, GROUPS)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("callcenter", "0007_see_numbers"),
    ]

    # What people have made of the groups since is theirs: nothing is taken back.
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
