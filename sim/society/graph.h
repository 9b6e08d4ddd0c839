// The social graph as Boost.Graph sees it, without a copy. SocialGraph models VertexListGraph, EdgeListGraph,
// IncidenceGraph, BidirectionalGraph, AdjacencyGraph and AdjacencyMatrix: undirected and simple. Who is tied
// to whom through several layers counts once, by the lowest of them (all layers stay in Ties).
#pragma once

#include <algorithm>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "society/ties.h"

namespace kurultai {

/// A set of layers, a bit each.
using LayerMask = std::uint8_t;
constexpr LayerMask mask_of(Layer layer) { return static_cast<LayerMask>(1U << static_cast<unsigned>(layer)); }
inline constexpr LayerMask every_layer = 0xff;
inline constexpr LayerMask layers_of_residents = (1U << resident_layers) - 1;

class SocialGraph {
 public:
  using vertex_descriptor = Vertex;
  struct edge_descriptor {
    Vertex from = 0;
    Vertex to = 0;
    Layer layer = Layer::household;
    /// Undirected: both directions are the same edge.
    friend bool operator==(const edge_descriptor& a, const edge_descriptor& b) {
      return a.layer == b.layer && ((a.from == b.from && a.to == b.to) || (a.from == b.to && a.to == b.from));
    }
  };
  using directed_category = boost::undirected_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  struct traversal_category : boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag,
                              boost::bidirectional_graph_tag,
                              boost::adjacency_graph_tag,
                              boost::adjacency_matrix_tag {};
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = boost::counting_iterator<Vertex>;
  static constexpr Vertex null_vertex() { return 0xffffffffU; }

  SocialGraph() = default;
  /// A view of `ties`, which must outlive it: its first `vertices` vertices (residents come first) and the
  /// ties between them through `layers`.
  SocialGraph(const Ties& ties, std::size_t vertices, LayerMask layers = every_layer)
      : ties_(&ties),
        vertices_(vertices),
        layers_(layers) {}
  /// Only residents and the ties between them.
  static SocialGraph of_residents(const Ties& ties, LayerMask layers = layers_of_residents) {
    return {ties, ties.residents(), layers};
  }

  /// Walks along a row, over ties that are in the view.
  template <class Item>
  class RowIterator : public boost::iterator_facade<RowIterator<Item>, Item, boost::forward_traversal_tag, Item> {
   public:
    RowIterator() = default;
    RowIterator(const SocialGraph& graph, Vertex from, std::size_t at) : graph_(&graph), from_(from), at_(at) {
      skip();
    }

   private:
    friend class boost::iterator_core_access;
    [[nodiscard]] Item dereference() const { return Item::of(from_, graph_->ties_->all(from_)[at_]); }
    [[nodiscard]] bool equal(const RowIterator& other) const { return from_ == other.from_ && at_ == other.at_; }
    void increment() { ++at_, skip(); }
    void skip() {
      const auto row = graph_->ties_->all(from_);
      while (at_ < row.size() && !graph_->shows(from_, row, at_)) ++at_;
    }
    const SocialGraph* graph_ = nullptr;
    Vertex from_ = 0;
    std::size_t at_ = 0;
  };

  /// How the same walk is seen: as edges out of a vertex, into it, or as its neighbours.
  struct OutEdge : edge_descriptor {
    static OutEdge of(Vertex from, Tie tie) { return {{from, tie.to(), tie.layer()}}; }
  };
  struct InEdge : edge_descriptor {
    static InEdge of(Vertex from, Tie tie) { return {{tie.to(), from, tie.layer()}}; }
  };
  struct Neighbour {
    Vertex vertex = 0;
    static Neighbour of(Vertex, Tie tie) { return {tie.to()}; }
    operator Vertex() const { return vertex; }  // NOLINT: a neighbour is a vertex
  };
  using out_edge_iterator = RowIterator<OutEdge>;
  using in_edge_iterator = RowIterator<InEdge>;
  using adjacency_iterator = RowIterator<Neighbour>;

  /// All edges: row by row, each from its lower end.
  class edge_iterator
      : public boost::iterator_facade<edge_iterator, edge_descriptor, boost::forward_traversal_tag, edge_descriptor> {
   public:
    edge_iterator() = default;
    edge_iterator(const SocialGraph& graph, Vertex from) : graph_(&graph), from_(from) { skip(); }

   private:
    friend class boost::iterator_core_access;
    [[nodiscard]] edge_descriptor dereference() const { return OutEdge::of(from_, graph_->ties_->all(from_)[at_]); }
    [[nodiscard]] bool equal(const edge_iterator& other) const { return from_ == other.from_ && at_ == other.at_; }
    void increment() { ++at_, skip(); }
    void skip() {
      for (; from_ < graph_->vertices_; ++from_, at_ = 0) {
        const auto row = graph_->ties_->all(from_);
        while (at_ < row.size() && !(from_ < row[at_].to() && graph_->shows(from_, row, at_))) ++at_;
        if (at_ < row.size()) return;
      }
    }
    const SocialGraph* graph_ = nullptr;
    Vertex from_ = 0;
    std::size_t at_ = 0;
  };

  /// Whether the tie at place `at` in the row of `from` is an edge of the view: both ends and the layer
  /// belong to it, and no lower layer of the view joins the same two.
  [[nodiscard]] bool shows(Vertex from, std::span<const Tie> row, std::size_t at) const {
    const Tie tie = row[at];
    if (tie.to() >= vertices_ || !(layers_ & mask_of(tie.layer()))) return false;
    // Ties to the same vertex stand in the same part of the row, lower layers before higher ones.
    if (at <= short_row) {
      for (std::size_t k = 0; k < at; ++k)
        if (row[k].to() == tie.to() && (layers_ & mask_of(row[k].layer()))) return false;
      return true;
    }
    for (unsigned l = 0; l < static_cast<unsigned>(tie.layer()); ++l)
      if ((layers_ & (1U << l)) && has(from, Tie(static_cast<Layer>(l), tie.to()))) return false;
    return true;
  }
  [[nodiscard]] std::size_t vertex_count() const { return vertices_; }

  friend std::pair<vertex_iterator, vertex_iterator> vertices(const SocialGraph& g) {
    return {vertex_iterator(0), vertex_iterator(static_cast<Vertex>(g.vertices_))};
  }
  friend vertices_size_type num_vertices(const SocialGraph& g) { return g.vertices_; }
  friend std::pair<edge_iterator, edge_iterator> edges(const SocialGraph& g) {
    return {edge_iterator(g, 0), edge_iterator(g, static_cast<Vertex>(g.vertices_))};
  }
  /// Counts: time grows with the number of ties.
  friend edges_size_type num_edges(const SocialGraph& g) {
    const auto range = edges(g);
    return static_cast<edges_size_type>(std::distance(range.first, range.second));
  }
  friend Vertex source(const edge_descriptor& e, const SocialGraph&) { return e.from; }
  friend Vertex target(const edge_descriptor& e, const SocialGraph&) { return e.to; }
  friend std::pair<out_edge_iterator, out_edge_iterator> out_edges(Vertex v, const SocialGraph& g) {
    return g.row<out_edge_iterator>(v);
  }
  friend std::pair<in_edge_iterator, in_edge_iterator> in_edges(Vertex v, const SocialGraph& g) {
    return g.row<in_edge_iterator>(v);
  }
  friend std::pair<adjacency_iterator, adjacency_iterator> adjacent_vertices(Vertex v, const SocialGraph& g) {
    return g.row<adjacency_iterator>(v);
  }
  friend degree_size_type out_degree(Vertex v, const SocialGraph& g) {
    degree_size_type count = 0;
    const auto row = g.ties_->all(v);
    for (std::size_t at = 0; at < row.size(); ++at) count += g.shows(v, row, at);
    return count;
  }
  friend degree_size_type in_degree(Vertex v, const SocialGraph& g) { return out_degree(v, g); }
  friend degree_size_type degree(Vertex v, const SocialGraph& g) { return out_degree(v, g); }
  /// The edge between u and v, and whether there is one.
  friend std::pair<edge_descriptor, bool> edge(Vertex u, Vertex v, const SocialGraph& g) {
    if (u < g.vertices_ && v < g.vertices_)
      for (unsigned l = 0; l < layer_count; ++l)
        if ((g.layers_ & (1U << l)) && g.has(u, Tie(static_cast<Layer>(l), v)))
          return {{u, v, static_cast<Layer>(l)}, true};
    return {{u, v, Layer::household}, false};
  }
  friend boost::typed_identity_property_map<Vertex> get(boost::vertex_index_t, const SocialGraph&) { return {}; }
  friend Vertex get(boost::vertex_index_t, const SocialGraph&, Vertex v) { return v; }

 private:
  static constexpr std::size_t short_row = 64;  ///< up to here looking through is faster than searching

  template <class Iterator> [[nodiscard]] std::pair<Iterator, Iterator> row(Vertex v) const {
    return {Iterator(*this, v, 0), Iterator(*this, v, ties_->all(v).size())};
  }
  /// Whether `tie` stands in the row of `from`, each part of which is sorted.
  [[nodiscard]] bool has(Vertex from, Tie tie) const {
    const auto in = [tie](std::span<const Tie> part) { return std::binary_search(part.begin(), part.end(), tie); };
    if (from >= ties_->residents()) return in(ties_->all(from));
    if (tie.to() >= ties_->residents()) return in(ties_->bodies(from));
    return in(ties_->inside(from)) || in(ties_->outside(from));
  }
  const Ties* ties_ = nullptr;
  std::size_t vertices_ = 0;
  LayerMask layers_ = every_layer;
};

}  // namespace kurultai

template <> struct boost::property_map<kurultai::SocialGraph, boost::vertex_index_t> {
  using type = boost::typed_identity_property_map<kurultai::Vertex>;
  using const_type = type;
};
