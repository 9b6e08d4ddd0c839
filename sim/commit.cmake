# Writes OUT, a line of C++ that names the commit of the tree SOURCE, if it would change: run by every build, so that what is
# built names the commit that it is built from (cmake -DSOURCE=... -DOUT=... -P commit.cmake).
#
#   HASH                  nothing differs from the commit
#   HASH-dirty            something differs that the program is not made of, such as a scenario or a page
#   HASH-dirty-XXXXXXXX   the code differs; XXXXXXXX tells one difference from another
#   unknown               no checkout of git, or no git
#
# What stands in results/ is made by the program and makes no tree dirty.
cmake_minimum_required(VERSION 3.22)
set(code sim CMakeLists.txt CMakePresets.json)

function(git variable)
  execute_process(COMMAND git --no-optional-locks -c safe.directory=* -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE output RESULT_VARIABLE result ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${variable} "${output}" PARENT_SCOPE)
  set(${variable}_result "${result}" PARENT_SCOPE)
endfunction()

set(commit unknown)
git(prefix rev-parse --show-prefix)  # not empty: the tree lies in a checkout of something else
git(head rev-parse HEAD)
if(head_result STREQUAL "0" AND prefix STREQUAL "")
  set(commit ${head})
  git(changes diff HEAD --no-ext-diff -- ${code})
  git(new ls-files --others --exclude-standard -- ${code})
  git(other diff HEAD --no-ext-diff --quiet -- . ":(exclude)results")
  if(NOT "${changes}${new}" STREQUAL "")
    string(REPLACE "\n" ";" files "${new}")
    foreach(file IN LISTS files)
      if(EXISTS ${SOURCE}/${file})
        file(SHA256 ${SOURCE}/${file} content)
        string(APPEND changes "\n${file} ${content}")
      endif()
    endforeach()
    string(SHA256 changes "${changes}")
    string(SUBSTRING ${changes} 0 8 changes)
    string(APPEND commit "-dirty-${changes}")
  elseif(NOT other_result STREQUAL "0")
    string(APPEND commit "-dirty")
  endif()
endif()

file(CONFIGURE OUTPUT ${OUT} CONTENT "// Written by sim/commit.cmake.\nextern const char* const build_commit;\nconst char* const build_commit = \"@commit@\";\n" @ONLY)
