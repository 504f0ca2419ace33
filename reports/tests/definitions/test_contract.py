"""The slugs and columns that other programs rely on. No database."""

from reports.definitions import REPORTS, report_with_slug

MEASURES = """entered, offered, answered, answered_within, abandoned, short_abandoned,
    overflowed, blocked, failed, waiting, unknown, service_level, answer_rate,
    abandonment_rate, asa_seconds, longest_wait_seconds, p50_wait_seconds,
    p90_wait_seconds, average_abandon_seconds, talk_seconds, average_talk_seconds"""
CONTRACT = {
    "queue-summary": f"queue, {MEASURES}",
    "queue-interval": f"interval_start, queue, {MEASURES}",
    "wait-distribution": """queue, over_seconds, up_to_seconds, answered, abandoned,
        answered_cumulative, abandoned_cumulative, answered_cumulative_rate,
        abandoned_cumulative_rate""",
    "heat-map": """weekday, hour, entered, offered, answered, abandoned, service_level,
        abandonment_rate, asa_seconds""",
    "service-level-variants": """code, formula, numerator, denominator, value,
        difference, difference_calls, used_by""",
    "operators": """operator, connections, talk_seconds, average_talk_seconds,
        wrapup_seconds, aht_seconds, ready_seconds, not_ready_seconds, login_seconds,
        occupancy, missed_offers""",
    "staffing": """interval_start, queue, offered, aht_seconds, erlangs,
        operators_needed, operators_ready, operators_gap, predicted_service_level,
        predicted_asa_seconds, actual_service_level""",
    "lines": """line, calls, entered, answered, abandoned, closed, ended_in_ivr,
        answer_rate, average_duration_seconds""",
    "completeness": """interval_start, calls, complete, without_exit, without_connect,
        without_end, inferred, completeness""",
    "repeat-callers": """caller, calls, answered, abandoned, first_call_at,
        last_call_at, redials_before_answer, lost, recovery_seconds""",
    "ivr-menus": """menu, asked, answered, no_input, wrong_key, hung_up,
        drop_off_rate, input_0, input_1, input_2, input_3, input_4, input_5, input_6,
        input_7, input_8, input_9, input_star, input_hash""",
    "ivr-paths": """ivr_path, calls, entered, answered, abandoned, short_abandoned,
        overflowed, ended_in_ivr, hung_up_in_ivr, closed, other,
        average_ivr_seconds""",
    "abandoned-calls": """abandoned_at, call_sid, visit, queue, caller, wait_seconds,
        position, ivr_path, state, attempts, recovered_at, recovery_seconds,
        handled_by""",
    "calls": """call_sid, started_at, ended_at, duration_seconds, line, caller,
        caller_country, outcome, ivr_path, ivr_steps, entries, connections,
        wait_seconds, talk_seconds, disconnected_by""",
    "queue-entries": """call_sid, visit, queue, entered_at, left_at, wait_seconds,
        outcome, overflow_reason, queue_result, position, operator,
        operator_call_sid, connections, talk_seconds, talk_source, inferred,
        lost_while_connecting""",
    "connections": """call_sid, visit, queue, operator, operator_call_sid,
        connected_at, ended_at, talk_seconds, talk_source""",
    "ivr-steps": "call_sid, step, asked_at, menu, input, led_to",
    "legs": """call_sid, kind, started_at, ended_at, duration_seconds, from, to,
        status""",
}


def test_reports_have_the_columns_of_the_contract_in_its_order():
    assert {
        report.slug: [column.code for column in report.report_columns]
        for report in REPORTS
    } == {slug: " ".join(codes.split()).split(", ") for slug, codes in CONTRACT.items()}


def test_report_is_found_by_its_slug():
    assert [report_with_slug(report.slug) for report in REPORTS] == REPORTS
    assert report_with_slug("nowhere") is None
