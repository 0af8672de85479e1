import type { Command, Option } from "commander";

/**
 * The completion script for bash: commands, options, their values where they are files or one of a few, and the names
 * of the profiles, which plain shell finds by listing profiles.d. Made from the definition of the command line. Pure.
 */
export function bashCompletion(program: Command): string {
  const commands = program.commands.filter((command) => command.name() !== "help");
  return `${HEAD}
_bakup() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local options="" values="" profiles="" files="" config="" store="" words=0 index
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _bakup_words "${[...commands.map((command) => command.name()), "help", "--version", "--help"].join(" ")}"
    return
  fi
  case $command in
    help)
      _bakup_words "${commands.map((command) => command.name()).join(" ")}"
      return
      ;;
${commands.map(caseOf).join("\n")}
    *) return ;;
  esac
${TAIL}`;
}

/** What completes the value of an option. */
function valueCompletion({ flags, argChoices }: Option): string {
  if (argChoices !== undefined) {
    return `_bakup_words "${argChoices.join(" ")}"`;
  }
  if (flags.endsWith("<file>")) {
    return "_bakup_paths -f";
  }
  return flags.endsWith("<dir>") ? "_bakup_paths -d" : ":";
}

function caseOf(command: Command): string {
  const options = command.createHelp().visibleOptions(command);
  const withValue = options.filter((option) => option.required);
  const [first] = command.registeredArguments;
  const profiles = first?.name() === "profile" ? (first.variadic ? "all" : "first") : "";
  const files = command.registeredArguments.some((argument) => PATH_ARGUMENTS.has(argument.name()));
  return [
    `    ${command.name()})`,
    `      options="${options.flatMap(namesOf).join(" ")}"`,
    `      values="${withValue.flatMap(namesOf).join(" ")}"`,
    `      profiles=${profiles} files=${files ? "yes" : ""}`,
    "      case $previous in",
    ...withValue.map((option) => `        ${namesOf(option).join(" | ")}) ${valueCompletion(option)}; return ;;`),
    "      esac",
    "      ;;",
  ].join("\n");
}

/** Arguments that are paths of this machine, or may begin as one. */
const PATH_ARGUMENTS = new Set(["source", "destination", "location", "path", "folder"]);

function namesOf({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined);
}

const HEAD = `# bash completion for bakup(1)
# Made by test/cli/write-completion.ts from the definition of the command line.

_bakup_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_bakup_paths() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_bakup_profiles() {
  local config=$1 folder=. file
  if [[ -z $config ]]; then
    config=/etc/bakup/bakup.conf
    ((EUID == 0)) || config=\${XDG_CONFIG_HOME:-$HOME/.config}/bakup/bakup.conf
  fi
  [[ $config == */* ]] && folder=\${config%/*}
  set -- "$folder"/profiles.d/*.conf
  if [[ ! -e $1 ]]; then
    [[ -e $config ]] && printf 'main\\n'
    return
  fi
  for file; do
    file=\${file##*/}
    printf '%s\\n' "\${file%.conf}"
  done
}
`;

const TAIL = `  if [[ $cur == -* ]]; then
    _bakup_words "$options"
    return
  fi
  for ((index = 2; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      --config) config=\${COMP_WORDS[index + 1]} ;;
      --store) store=yes ;;
    esac
    if [[ " $values " == *" \${COMP_WORDS[index]} "* ]]; then
      ((++index))
    elif [[ \${COMP_WORDS[index]} != -* ]]; then
      ((++words))
    fi
  done
  if [[ -z $store && ($profiles == all || ($profiles == first && $words == 0)) ]]; then
    mapfile -t COMPREPLY < <(_bakup_profiles "$config" | while IFS= read -r index; do
      [[ $index == "$cur"* ]] && printf '%s\\n' "$index"
    done)
  elif [[ -n $files ]]; then
    _bakup_paths -f
  fi
}

complete -F _bakup bakup
`;
