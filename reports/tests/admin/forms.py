"""What a browser posts from a change page: the page's own fields, some changed."""

from typing import Any

from django.test import Client


def filled(client: Client, url: str) -> dict[str, Any]:
    """The form of a page as it stands, rows of other tables included."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    data: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            data[bound.html_name] = "on" if value is True else bound.value()
    return data


def save(
    client: Client,
    url: str,
    language: Any = "en",
    without: Any = (),
    **changes: Any,
) -> Any:
    """Posts a page's form with these changes; double underscores stand for hyphens."""
    data = filled(client, url)
    data |= {name.replace("__", "-"): value for name, value in changes.items()}
    for name in without:
        data.pop(name.replace("__", "-"), None)
    return client.post(url, data, headers={"accept-language": language})


def errors(response: Any) -> list[str]:
    """What the page complains about, in the order of its parts; none when it saved."""
    if response.status_code == 302:
        return []
    assert response.status_code == 200
    context = response.context
    said = [
        str(one) for each in context["adminform"].form.errors.values() for one in each
    ]
    for inline in context["inline_admin_formsets"]:
        said += [str(one) for one in inline.formset.non_form_errors()]
        for form in inline.formset.forms:
            said += [str(one) for each in form.errors.values() for one in each]
    return said
