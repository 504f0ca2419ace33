#!/bin/sh
# Puts the server of MySQL into .mysql, for tests, where the distribution has MariaDB
# alone: from Debian unstable, with the libraries it needs, beside those of the machine.
# Needs debootstrap and root. What is there already is kept: rm -r .mysql fetches anew.
set -eu
cd "$(dirname "$0")/../.."
into=$PWD/.mysql
root=$into/root

if [ -x "$into/mysqld" ]; then exit; fi
if ! command -v debootstrap >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "get_mysql.sh needs root and debootstrap (Debian: apt install debootstrap)" >&2
  exit 1
fi
# What an interrupted run has left would be taken for installed.
rm -rf "$into"
mkdir "$into"
echo "Fetching MySQL from Debian unstable into .mysql (650 MB) ..."
if ! debootstrap --variant=minbase --include=mysql-server-core sid "$root" \
  >"$into/log" 2>&1; then
  tail -n 20 "$into/log" >&2
  exit 1
fi

# Started by the loader of its own system: no chroot, so it sees the machine's files.
libraries=$(find "$root/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*')
loader=$(find "$root"/usr/lib* "$libraries" -maxdepth 1 -name 'ld-linux*' | head -n 1)
cat >"$into/mysqld.new" <<END
#!/bin/sh
exec "$loader" --library-path "$libraries:$root/usr/lib/mysql/private" \\
  "$root/usr/sbin/mysqld" "\$@" --basedir="$root/usr"
END
chmod +x "$into/mysqld.new"
"$into/mysqld.new" --no-defaults --version
# Last, so that a program under this name works.
mv "$into/mysqld.new" "$into/mysqld"
