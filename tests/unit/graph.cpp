#include "society/graph.h"

#include <boost/graph/clustering_coefficient.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/range/iterator_range.hpp>

#include "catch.h"
#include "society/network_report.h"
#include "society/simple_society.h"

using namespace kurultai;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyMatrixConcept<SocialGraph>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<SocialGraph, Vertex, boost::vertex_index_t>));

namespace {

std::vector<double> degree_shares(const Society& society) {
  std::vector<double> shares;
  const auto n = static_cast<double>(society.residents.size());
  for (Vertex v = 0; v < society.residents.size(); ++v) {
    const std::size_t d = society.ties.peers(v).size();
    if (d >= shares.size()) shares.resize(d + 1, 0);
    shares[d] += 1 / n;
  }
  return shares;
}

double mean_clustering(const Society& society) { return describe_network(society, 1, 3000, 1).clustering; }

}  // namespace

TEST_CASE("graph: a view shows each pair once, of the layers and vertices asked for") {
  const std::vector<Edge> edges = {{0, 1, Layer::kin}, {0, 1, Layer::work}, {1, 2, Layer::work}, {2, 4, Layer::online}};
  const auto society = society_of({3, 2}, edges);
  const SocialGraph all = SocialGraph::of_residents(society->ties);
  CHECK(num_vertices(all) == 5);
  CHECK(num_edges(all) == 3);
  CHECK(out_degree(1, all) == 2);
  CHECK(degree(3, all) == 0);
  CHECK(edge(0, 1, all).second);
  CHECK(edge(1, 0, all).first == edge(0, 1, all).first);
  CHECK(edge(0, 1, all).first.layer == Layer::kin);
  CHECK_FALSE(edge(0, 2, all).second);
  CHECK(edge(4, 2, all).second);
  for (const auto range = in_edges(2, all); const auto& e : boost::make_iterator_range(range.first, range.second))
    CHECK(target(e, all) == 2);

  const SocialGraph work = SocialGraph::of_residents(society->ties, mask_of(Layer::work));
  CHECK(num_edges(work) == 2);
  CHECK(edge(0, 1, work).first.layer == Layer::work);
  CHECK_FALSE(edge(2, 4, work).second);

  const SocialGraph few(society->ties, 3);
  CHECK(num_edges(few) == 2);
  CHECK(out_degree(2, few) == 1);
}

TEST_CASE("graph: long rows answer like short ones") {
  // A hub of 200 whose first hundred partners are kin and colleagues.
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= 200; ++v) edges.push_back({0, v, Layer::work});
  for (Vertex v = 1; v <= 100; ++v) edges.push_back({v, 0, Layer::kin});
  const auto society = society_of({150, 60}, edges);
  const SocialGraph graph = SocialGraph::of_residents(society->ties);
  CHECK(society->ties.all(0).size() == 300);
  CHECK(out_degree(0, graph) == 200);
  CHECK(num_edges(graph) == 200);
  CHECK(edge(0, 50, graph).first.layer == Layer::kin);
  CHECK(edge(0, 170, graph).first.layer == Layer::work);
}

TEST_CASE("graph: Boost's algorithms run on it") {
  // Two triangles that share a corner, and a pair apart.
  const std::vector<Edge> edges = {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 2}, {5, 6}};
  const auto society = society_of({7}, edges);
  const NetworkReport report = describe_network(*society);
  CHECK(report.residents == 7);
  CHECK(report.ties == 7);
  CHECK(report.mean_degree == Approx(2));
  CHECK(report.largest_degree == 4);
  CHECK(report.components == 2);
  CHECK(report.largest_component == Approx(5.0 / 7));
  CHECK(report.deepest_core == 2);
  CHECK(report.deepest_core_share == Approx(5.0 / 7));
  CHECK(report.clustering_sample == 5);
  CHECK(report.clustering == Approx((4 + 1.0 / 3) / 5));  // 2 has 2 of 6 pairs tied
  // Distances: 6 pairs at 1, 4 at 2 in the first part; 1 at 1 in the second.
  CHECK(report.path_length == Approx((6 * 1 + 4 * 2 + 1) / 11.0));
  CHECK(report.inside == 1);
  CHECK(to_text(report).find("components") != std::string::npos);
}

TEST_CASE("graph: Watts-Strogatz has the clustering of the textbook") {
  const double exact[][2] = {{0, 0.667}, {0.01, 0.647}, {0.1, 0.486}, {0.3, 0.229}};
  for (const auto& [p, clustering] : exact) {
    const auto society = society_of({20000}, watts_strogatz(20000, 10, p, 3));
    CHECK(society->ties.words() == 200000);
    CHECK(mean_clustering(*society) == Approx(clustering).margin(0.012));
  }
}

TEST_CASE("graph: Barabasi-Albert has the degrees of the textbook") {
  const auto society = society_of({200000}, barabasi_albert(200000, 4, 5));
  const std::vector<double> shares = degree_shares(*society);
  CHECK(shares[0] + shares[1] + shares[2] + shares[3] == 0);
  CHECK(shares[4] == Approx(0.3333).margin(0.005));
  CHECK(shares[8] == Approx(0.0556).margin(0.002));
  CHECK(shares[16] == Approx(0.00817).margin(0.0008));
}

TEST_CASE("graph: Erdos-Renyi has a Poisson degree and no clustering") {
  const auto society = society_of({100000}, erdos_renyi(100000, 4, 11));
  const std::vector<double> shares = degree_shares(*society);
  const double poisson[] = {0.01832, 0.07326, 0.14653, 0.19537, 0.19537, 0.15629};
  for (std::size_t d = 0; d < std::size(poisson); ++d) CHECK(shares[d] == Approx(poisson[d]).margin(0.004));
  const NetworkReport report = describe_network(*society);
  CHECK(report.mean_degree == Approx(4).margin(0.04));
  CHECK(report.clustering < 0.001);
  CHECK(report.largest_component == Approx(0.9802).margin(0.003));
  CHECK(erdos_renyi(100, 4, 1).size() != erdos_renyi(100, 4, 2).size());
  CHECK(erdos_renyi(6, 5, 1).size() == 15);
}

TEST_CASE("graph: regular graphs are simple and regular") {
  for (const std::size_t degree : {2, 3, 4, 9}) {
    const auto society = society_of({1000}, random_regular(1000, degree, 17));
    const std::vector<double> shares = degree_shares(*society);
    CHECK(shares.size() == degree + 1);
    CHECK(shares[degree] == Approx(1));
  }
  CHECK_THROWS_AS(random_regular(5, 3, 1), std::logic_error);
}
