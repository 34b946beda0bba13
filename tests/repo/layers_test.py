"""The layer check lets right edges pass and finds each kind of wrong one."""
import unittest

from sandbox_tree import TreeTest


class Layers(TreeTest):
    def test_allowed_edges_pass(self):
        self.write('store/log.cc', '#include <fcntl.h>\n#include <rocksdb/db.h>\n#include <vector>\n\n'
                                   '#include "engine/record/record.h"\n#include "store/log.h"\n')
        self.write('engine/rules/listener.cc', '#include <nlohmann/json.hpp>\n#include "engine/model/gateway.h"\n')
        self.write('tests/watch/stream_test.cc', '#include <gtest/gtest.h>\n#include "watch/reflect/stream.h"\n')
        self.assert_clean('layers')

    def test_engine_may_not_include_store(self):
        self.write('engine/world/world.cc', '// a comment\n#include "store/log.h"\n')
        self.assert_finds('layers', 'engine/world/world.cc:2: engine/world may not include "store/log.h"')

    def test_record_knows_nothing_of_the_rest_of_the_engine(self):
        self.write('engine/record/record.cc', '#include "engine/model/gateway.h"\n')
        self.assert_finds('layers', 'engine/record may not include "engine/model/gateway.h"')

    def test_longest_folder_decides(self):
        self.write('tools/serve/http.cc', '#include "watch/edge.h"\n')
        self.assert_finds('layers', 'tools/serve may not include "watch/edge.h"')

    def test_rocksdb_only_in_store(self):
        self.write('replay/runner.cc', '#include <rocksdb/db.h>\n')
        self.assert_finds('layers', 'replay may not use rocksdb')

    def test_boost_only_at_the_edge(self):
        self.write('tools/pawprint/main.cc', '#include <boost/asio.hpp>\n')
        self.assert_finds('layers', 'tools/pawprint may not use boost')

    def test_cli_and_replay_may_not_include_watch(self):
        for path in ('tools/pawprint/main.cc', 'replay/runner.cc'):
            self.write(path, '#include "watch/apply/applier.h"\n')
            self.assert_finds('layers', path + ':1: ')

    def test_nothing_includes_tests_or_tools(self):
        self.write('engine/plan/diff.cc', '#include "tools/serve/http.h"\n')
        self.assert_finds('layers', 'engine may not include "tools/serve/http.h"')
        self.write('engine/plan/diff.cc', '#include "tests/support/case.h"\n')
        self.assert_finds('layers', 'engine may not include "tests/support/case.h"')

    def test_unknown_library_and_unknown_folder(self):
        self.write('store/log.cc', '#include <curl/curl.h>\n')
        self.write('extra/x.cc', '#include <vector>\n')
        self.assert_finds('layers', '<curl/curl.h> belongs to no library')
        self.assert_finds('layers', 'extra/x.cc:1: lies in no folder')

    def test_links_are_followed(self):
        self.write('watch/CMakeLists.txt', 'pawprint_library(watch SOURCES edge.cc)\n')
        self.write('replay/CMakeLists.txt', 'pawprint_library(replay SOURCES runner.cc LINK engine)\n')
        self.write('tools/pawprint/CMakeLists.txt', 'add_executable(pawprint main.cc)\n'
                                                    'target_link_libraries(pawprint PRIVATE replay)\n')
        self.assert_clean('layers')
        self.write('replay/CMakeLists.txt', 'pawprint_library(replay SOURCES runner.cc\n  LINK engine watch)\n')
        self.assert_finds('layers', 'tools/pawprint/CMakeLists.txt: pawprint -> replay -> watch must not be linked')


if __name__ == '__main__':
    unittest.main()
