"""Dumps of MySQL and MariaDB as people make them: read as text, never executed."""

import gzip

import pytest

from callcenter.predecessor import mysqldump
from callcenter.predecessor.mysqldump import (
    TableRow,
    UnreadableDump,
    rows_of_dump,
    rows_of_lines,
)

TABLES = {"calls": ("CallSid", "From", "Time")}
INSERT = "INSERT INTO calls VALUES"


def rows(text):
    """What a dump says, row by row: the values, or the text and why it is no row."""
    found = rows_of_lines(text.splitlines(keepends=True), TABLES)
    return [
        (row.values["text"], row.problem) if row.problem else list(row.values.values())
        for row in found
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'back\\slash'", "back\\slash"),
        (r"'a\nb\tc\rd\0e\Zf\bg'", "a\nb\tc\rd\0e\x1af\bg"),
        (r"'50\% \_ \q'", r"50\% \_ q"),
        (r"'quoted \"so\"'", 'quoted "so"'),
        ("'two \"\" stay'", 'two "" stay'),
        ('"double ""quoted"" it\'s"', 'double "quoted" it\'s'),
        ("'山田 太郎, (株); 😀'", "山田 太郎, (株); 😀"),
        (
            "'-- no comment, /* nor */ this # one'",
            "-- no comment, /* nor */ this # one",
        ),
        ("''", ""),
        ("NULL", None),
        ("null", None),
        ("'NULL'", "NULL"),
        ("42", "42"),
        ("-1.5", "-1.5"),
        ("0x41e38182", "Aあ"),
        ("X'4142'", "AB"),
        ("_binary 'x'", "x"),
        ("_utf8mb4'x'", "x"),
        ("N'x'", "x"),
    ],
)
def test_a_value_is_what_the_server_would_take_it_for(written, meant):
    assert rows(f"{INSERT} ('CA1', {written} ,'t');") == [["CA1", meant, "t"]]


def test_a_string_may_go_over_lines_and_hold_ends_of_statements():
    text = "INSERT INTO calls VALUES ('CA1','a;\n-- b\n/* c','t'),\n('CA2',NULL,'t');\n"

    assert rows(text) == [["CA1", "a;\n-- b\n/* c", "t"], ["CA2", None, "t"]]


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO `calls` VALUES (1,2,3);",
        "insert into calls values(1,2,3);",
        "INSERT INTO `old_db`.`calls` VALUES (1,2,3);",
        'INSERT IGNORE INTO "CALLS" VALUES (1,2,3);',
        "REPLACE INTO calls (`CallSid`, `from`, `Time`) VALUES (1,2,3);",
        "INSERT INTO calls (Time, CallSid, `From`) VALUES (3,1,2);",
        "INSERT INTO calls VALUES (1,2,3) ON DUPLICATE KEY UPDATE Time=3;",
        "/* a */ INSERT /* b */ INTO calls -- c\nVALUES # d\n(1,2,3);",
        "INSERT INTO calls VALUES (1,2,3)",
    ],
)
def test_an_insert_is_known_however_it_is_written(insert):
    (row,) = rows_of_lines(insert.splitlines(keepends=True), TABLES)

    assert row == TableRow("calls", {"CallSid": "1", "From": "2", "Time": "3"})


def test_the_dump_says_which_columns_there_are():
    text = """
CREATE TABLE IF NOT EXISTS `Calls` (
  `Time` datetime DEFAULT '2014-01-01', -- a comment, `Other` int
  `callsid` char(34) COMMENT 'x; `y` int',
  `Extra` int, `From` varchar(255),
  PRIMARY KEY (`callsid`),
  KEY `k` (`Time`,`From`)
);
INSERT INTO `Calls` VALUES ('t','CA1',5,'f');
"""

    (row,) = rows_of_lines(text.splitlines(keepends=True), TABLES)

    assert row.values == {"Time": "t", "CallSid": "CA1", "Extra": "5", "From": "f"}


def test_what_triggers_and_other_tables_hold_is_no_row():
    text = """
DELIMITER ;;
CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN
INSERT INTO calls VALUES (1,2,3); END ;;
DELIMITER ;
/*!50003 CREATE PROCEDURE p() BEGIN INSERT INTO calls VALUES (1,2,3); END */;
INSERT INTO other VALUES ('INSERT INTO calls VALUES (1,2,3);');
-- INSERT INTO calls VALUES (1,2,3);
INSERT INTO calls_old VALUES (1,2,3);
UPDATE calls SET CallSid = 1;
INSERT INTO calls VALUES ('CA1',2,3);
"""

    assert rows(text) == [["CA1", "2", "3"]]


def test_what_cannot_be_read_is_given_as_it_stands_and_the_rest_goes_on():
    text = """
INSERT INTO calls VALUES (1,2,3),(1,2),(4,5,6);
INSERT INTO calls SET CallSid = 1;
INSERT INTO calls VALUES (1,NOW(),3),(4,5,6);
INSERT INTO calls VALUES (7,8,9);
"""

    assert rows(text) == [
        ["1", "2", "3"],
        ("(1,2)", "row has 2 values for 3 columns"),
        ["4", "5", "6"],
        ("SET CallSid = 1", "row cannot be read as values"),
        ("(1,NOW(),3),(4,5,6)", "row cannot be read as values"),
        ["7", "8", "9"],
    ]


def test_a_dump_cut_in_the_middle_of_a_row_gives_the_rows_before_it():
    assert rows("INSERT INTO calls VALUES (1,2,3),\n('CA2','f") == [
        ["1", "2", "3"],
        ("('CA2','f", "row cannot be read as values"),
    ]


@pytest.mark.parametrize("text", ["x'" * 50_000, "'" + "''" * 50_000, "/*" * 50_000])
def test_nonsense_takes_no_time(text):
    assert rows(f"{INSERT} (1,2,3);{text}\n") == [["1", "2", "3"]]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode("utf-8-sig"),
        # What `mysqldump > file` makes under PowerShell.
        lambda text: text.replace("\n", "\r\n").encode("utf-16"),
        lambda text: f"/*!40101 SET NAMES cp932 */;\n{text}".encode("cp932"),
        lambda text: f"SET NAMES 'ujis';\n{text}".encode("euc_jp"),
    ],
)
def test_a_dump_is_read_in_the_way_it_was_written(encode, tmp_path):
    path = tmp_path / "old.sql"
    path.write_bytes(encode("INSERT INTO `calls` VALUES ('CA1','表示 ソ','t');\n"))
    read: list[int] = []

    (row,) = rows_of_dump(path, TABLES, read.append)

    assert row.values == {"CallSid": "CA1", "From": "表示 ソ", "Time": "t"}
    assert sum(read) == path.stat().st_size


def test_bytes_that_are_no_text_spoil_nothing_else(tmp_path):
    path = tmp_path / "old.sql"
    path.write_bytes(
        b"INSERT INTO x VALUES ('\xff\xfe');\nINSERT INTO calls VALUES (1,'\xff',3);\n"
    )

    (row,) = rows_of_dump(path, TABLES)

    assert row.values == {"CallSid": "1", "From": "\udcff", "Time": "3"}


def test_an_unknown_character_set_is_said(tmp_path):
    path = tmp_path / "old.sql"
    path.write_bytes(b"SET NAMES tis620;\n")

    with pytest.raises(UnreadableDump, match="tis620"):
        list(rows_of_dump(path, TABLES))


@pytest.mark.parametrize(
    "text",
    [
        f"{INSERT} ('{'x' * 2000}', 'y', 'z');\n",
        f"{INSERT} ('{'x' * 600}',\n'{'y' * 600}', 'z');\n",
    ],
)
def test_statement_longer_than_a_server_takes_is_refused(tmp_path, monkeypatch, text):
    monkeypatch.setattr(mysqldump, "LONGEST_STATEMENT", 1000)
    path = tmp_path / "old.sql"
    short = f"{INSERT} ('a', 'b', 'c');\n" * 100
    path.write_text(short + text)
    found = rows_of_dump(path, TABLES)

    assert len([next(found) for _ in range(100)]) == 100
    with pytest.raises(UnreadableDump, match="longer than 1,000 characters"):
        next(found)
