// Reading a society of one's own from two tables, checked for who lives where and who is tied to whom.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "kazakhstan.h"
#include "society/network_input.h"

namespace kurultai {
namespace {

constexpr Vertex people_a_community = 500;

/// Two tables of residents in communities of 500 and six ties for each, most of them inside; gone at the end.
class Tables {
 public:
  explicit Tables(Vertex residents) : residents_(residents) {
    std::filesystem::create_directories(folder_);
    std::ofstream nodes(nodes_file());
    nodes << "id,community,region,district,type,household,age,sex,education,occupation,income\n";
    for (Vertex i = 0; i < residents; ++i) {
      const Vertex c = i / people_a_community;
      nodes << fmt::format("r{},c{},R{},D{},rural okrug,h{},{},{},secondary,employee,{}.{:03}\n", i, c, c / 100, c / 20,
          i / 4, i * 7 % 91, i % 2 == 0 ? "male" : "female", i % 3, i % 1000);
    }
    std::ofstream edges(edges_file());
    edges << "source,target,layer\n";
    each_edge([&](const Edge& edge) { edges << fmt::format("r{},r{},{}\n", edge.a, edge.b, word(edge.layer)); });
  }
  ~Tables() { std::filesystem::remove_all(folder_); }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  [[nodiscard]] std::filesystem::path nodes_file() const { return folder_ / "nodes.csv"; }
  [[nodiscard]] std::filesystem::path edges_file() const { return folder_ / "edges.csv"; }
  [[nodiscard]] std::int64_t bytes() const {
    return static_cast<std::int64_t>(
        std::filesystem::file_size(nodes_file()) + std::filesystem::file_size(edges_file()));
  }
  [[nodiscard]] std::unique_ptr<Society> read() const { return read_network(nodes_file(), edges_file(), settings_, 1); }
  [[nodiscard]] bool right(const Society& society) const {
    bool right = society.residents.size() == residents_;
    for (Vertex i = 0; right && i < residents_; ++i)
      right = society.residents.age[i] == i * 7 % 91 && society.residents.sex[i] == i % 2;
    each_edge([&](const Edge& edge) {
      const auto row = society.ties.peers(edge.a);
      right = right && std::find(row.begin(), row.end(), Tie(edge.layer, edge.b)) != row.end();
    });
    return right;
  }

 private:
  template <class Take> void each_edge(const Take& take) const {
    Engine engine(Draws(1, 0, Stream::outside), Name{});
    for (Vertex i = 0; i < residents_; ++i)
      for (std::uint32_t k = 0; k < 6; ++k) {
        const Vertex home = i / people_a_community * people_a_community;
        const Vertex other =
            k == 0 ? engine.below(residents_) : home + engine.below(std::min(people_a_community, residents_ - home));
        const auto layer = static_cast<Layer>(1 + engine.below(resident_layers - 1));
        if (other != i) take({i, other, layer});
      }
  }

  Vertex residents_;
  SocietySettings settings_;
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("kurultai-bench-{}", ::getpid());
};

void read(benchmark::State& state) {
  const Tables tables(static_cast<Vertex>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(tables.read());
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * tables.bytes());
  state.SetLabel("items: residents");
}
BENCHMARK(read)->Arg(100'000)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  {
    const kurultai::Tables tables(20'250);
    kurultai::verify(tables.right(*tables.read()), "read_network");
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
