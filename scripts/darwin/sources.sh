# Debian's source packages, at the version of the binary packages that this machine builds with, through an apt of our own:
# its lists and its cache are ours, its mirrors those of the machine.

write_apt_configuration() {
  local out=$1
  mkdir -p "$out/lists/partial" "$out/cache/archives/partial"
  # Debian's alone: third parties' repositories often have no sources. In the order of the machine: a security mirror lists
  # sources that only the main one holds.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$1 == "Debian" && !seen[$0]++ { sub(/^Debian /, ""); print }' >"$out/sources.list"
  [ -s "$out/sources.list" ] || die "this machine's apt knows no Debian mirror: run apt-get update first"
  cat >"$out/apt.conf" <<CONF
Dir::Etc::SourceList "$out/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$out/lists";
Dir::Cache "$out/cache";
APT::Sandbox::User "";
CONF
  APT_CONFIG=$out/apt.conf apt-get update -qq
}

unpack_source() {
  local name=$1 version=$2 out=$3 apt=$CACHE/apt
  # The lists go out of date: made anew for each source that is not here yet.
  rm -rf "$apt"
  write_apt_configuration "$apt"
  cd "$out"
  # A mirror may hold the program but not the source of the newest security update: then the release's own version.
  APT_CONFIG=$apt/apt.conf apt-get source -qq --download-only "$name=$version" ||
    APT_CONFIG=$apt/apt.conf apt-get source -qq --download-only "$name/$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" ||
    die "the mirrors have no source of $name, neither $version, which this machine has, nor this release's own"
  dpkg-source --no-check -x ./*.dsc source
  sed -n 's/^Version: //p' ./*.dsc | head -1 >version
}

# fetch_source BINARY-PACKAGE: prints the folder of its source, unpacked and patched as Debian does.
fetch_source() {
  local name version folder
  read -r name version < <(dpkg-query -W -f '${source:Package} ${source:Version}\n' "$1")
  folder=$CACHE/sources/${name}_${version//[:~]/_}
  make_once "$folder" unpack_source "$name" "$version" "$folder" >&2
  if [ "$(cat "$folder/version")" != "$version" ]; then
    echo "    $name is $(cat "$folder/version"), this machine has $version: the mirrors have no source of that" >&2
  fi
  echo "$folder/source"
}
