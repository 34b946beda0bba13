# Compiler and linker settings of every target, and the functions that targets are made with.

option(PAWPRINT_TESTS "Build the tests" ON)
option(PAWPRINT_HARDEN "Hardening flags of a release (not together with sanitizers or -O0)" OFF)
option(PAWPRINT_JEMALLOC "Link the programs with jemalloc" OFF)
set(PAWPRINT_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# -Wrestrict of GCC 12 reports inlined std::string code that is right (GCC bug 105651).
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror -Wno-restrict)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# No precompiled headers: the compiler cache serves a new clone, and knows a header by its text only without them.

if(PAWPRINT_SANITIZE)
  add_compile_options(-fsanitize=${PAWPRINT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PAWPRINT_SANITIZE})
  # GCC's own warnings see through the instrumentation and report impossible paths.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-null-dereference)
endif()

if(PAWPRINT_HARDEN)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_definitions(_FORTIFY_SOURCE=3)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
  add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

if(PAWPRINT_JEMALLOC)
  # Behind every other library and before libc, so that malloc resolves to it.
  string(APPEND CMAKE_CXX_STANDARD_LIBRARIES " -ljemalloc")
endif()

# pawprint_library(name SOURCES a.cc b.cc LINK other...): a static library; includes start at the root.
function(pawprint_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# pawprint_test(name SOURCES a_test.cc LINK lib... [LABELS e2e] [TIMEOUT seconds]): a GoogleTest program, found by ctest.
# Label e2e: it needs a real kube-apiserver and runs only when PAWPRINT_APISERVER_KUBECONFIG names one.
# The name of its folder under tests/ is a label too.
function(pawprint_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  get_filename_component(area ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${area};${ARG_LABELS}")
endfunction()
