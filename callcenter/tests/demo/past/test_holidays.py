"""Public holidays of Japan, against the calendar of the Cabinet Office."""

from datetime import date, timedelta

from callcenter.demo.past.holidays import holidays


def of_year(year: int) -> dict[str, str]:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    found = holidays(day for day in days if day.year == year)
    return {f"{day:%m-%d}": name for day, name in found.items()}


def test_holidays_of_2026():
    assert of_year(2026) == {
        "01-01": "元日",
        "01-12": "成人の日",
        "02-11": "建国記念の日",
        "02-23": "天皇誕生日",
        "03-20": "春分の日",
        "04-29": "昭和の日",
        "05-03": "憲法記念日",
        "05-04": "みどりの日",
        "05-05": "こどもの日",
        "05-06": "振替休日",
        "07-20": "海の日",
        "08-11": "山の日",
        "09-21": "敬老の日",
        "09-22": "国民の休日",
        "09-23": "秋分の日",
        "10-12": "スポーツの日",
        "11-03": "文化の日",
        "11-23": "勤労感謝の日",
    }


def test_substitute_follows_a_holiday_on_a_sunday():
    assert of_year(2025)["02-24"] == "振替休日"
    assert of_year(2025)["11-24"] == "振替休日"
    assert "11-25" not in of_year(2025)
