/*
 * What shells run on a tab. The scripts ask rcc itself, so that they say what the rcc that is installed can do: one answer for three shells, nothing that grows
 * stale, and files as each shell completes them.
 */
import { version } from '../../version.ts';
import { completeWord } from './complete-word.ts';

/** By it rcc knows its own files again. */
export const mark = 'Written by `rcc completion install`';

const head = `# ${mark} (rcc ${version}); \`rcc completion remove\` takes it away.`;

const bash = `${head}
_rcc() {
  local word value paths prefix full='' glued='' line cur=\${COMP_WORDS[COMP_CWORD]}
  local words=() start=\${COMP_WORDS[0]/#\\~\\//$HOME/}
  # Bash parts words at = and :, which belong to them here.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( -n $glued || $word == [=:] ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glued=''
    [[ $word == [=:] ]] && glued=yes
  done
  full=\${words[\${#words[@]}-1]}
  [[ $cur == [=:] ]] && cur=''
  prefix=\${full%"$cur"}
  COMPREPLY=()
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    if [[ $line == :* ]]; then
      paths=\${line#:}
    elif [[ $value == "$full"* ]]; then
      COMPREPLY+=("\${value#"$prefix"}")
    fi
  done < <("$start" ${completeWord} "\${words[@]}" 2> /dev/null)
  [[ $paths == none || -z $paths ]] && return
  compopt -o filenames 2> /dev/null
  local options=(-f)
  [[ $paths == folders ]] && options=(-d)
  [[ $paths == .* ]] && options=(-o plusdirs -f -X "!*$paths")
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(compgen "\${options[@]}" -- "$cur")
}
complete -F _rcc rcc
`;

const zsh = `${head}
_rcc() {
  local -a answers values
  local line paths ret=1
  answers=("\${(@f)$("\${(Q)words[1]}" ${completeWord} "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2> /dev/null)}")
  for line in "\${answers[@]}"; do
    if [[ $line == :* ]]; then
      paths=\${line#:}
    elif [[ $line == *$'\\t'* ]]; then
      values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    elif [[ -n $line ]]; then
      values+=("\${line//:/\\\\:}")
    fi
  done
  (( \${#values} )) && _describe -t values rcc values && ret=0
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $paths in
    any) _files && ret=0 ;;
    folders) _files -/ && ret=0 ;;
    .*) _files -g "*$paths" && ret=0 ;;
  esac
  return ret
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
compdef _rcc rcc
`;

const fish = `${head}
function __rcc_complete
  set -l words (commandline -opc)
  set -l start $words[1]
  set -e words[1]
  set -l typed (commandline -ct)
  set -l paths none
  for line in ($start ${completeWord} $words "$typed" 2> /dev/null)
    if string match -q ':*' -- $line
      set paths (string sub -s 2 -- $line)
    else
      echo $line
    end
  end
  set -l prefix (string match -r '^--[^=]*=' -- "$typed")
  set -l path (string replace -r '^--[^=]*=' '' -- "$typed")
  switch $paths
    case any
      string replace -r '^' -- "$prefix" (__fish_complete_path "$path")
    case folders
      string replace -r '^' -- "$prefix" (__fish_complete_directories "$path")
    case '.*'
      for found in (__fish_complete_path "$path")
        set -l name (string split -f 1 \\t -- $found)
        string match -q -r '(/|\\\\'$paths')$' -- $name; and echo "$prefix$name"
      end
  end
end
complete -c rcc -f -a '(__rcc_complete)'
`;

/** By the name of the shell. */
export const scripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof scripts;

export const shells = Object.keys(scripts) as readonly Shell[];
