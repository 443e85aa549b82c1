using System.Globalization;
using System.Text;

namespace Instrumentation.Testing.Tests.Snapshots;

/// <summary>Random graphs of objects, their serialised form, and random changes to them.</summary>
/// <param name="seed">The graph.</param>
internal sealed class RandomGraphs(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Vertex> _all = [];

    public struct Edge
    {
        public Vertex? To;
        public int Weight;
    }

    public class Vertex
    {
        public int Number { get; set; }

        public string? Text { get; set; }

        public Vertex? Next { get; set; }

        public object? Any { get; set; }

        public List<Vertex?> List { get; set; } = [];

        public Dictionary<string, Vertex> Map { get; set; } = [];

        public Edge Single { get; set; }

        public Edge[] Edges { get; set; } = [];

        public Vertex?[,] Grid { get; set; } = new Vertex?[0, 0];

        public (int Number, Vertex? Vertex) Tuple { get; set; }

        public int[]? Numbers { get; set; }

        public LinkedList<Vertex> Linked { get; set; } = [];

        public SortedDictionary<int, Vertex> Sorted { get; set; } = [];

        public Stack<Edge> Stack { get; set; } = [];
    }

    public sealed class Special : Vertex
    {
        public readonly List<string> Words = [];
    }

    /// <summary>A graph of up to 40 vertices.</summary>
    public Vertex Make()
    {
        int count = 1 + _random.Next(40);
        for (int i = 0; i < count; i++)
        {
            _all.Add(_random.Next(3) == 0 ? new Special() : new Vertex());
        }

        _all.ForEach(Fill);
        return _all[0];
    }

    /// <summary>Changes every vertex.</summary>
    public void Change()
    {
        foreach (Vertex vertex in _all)
        {
            vertex.Number++;
            vertex.Numbers?.AsSpan().Fill(-1);
            vertex.List.Add(null);
            vertex.List.Reverse();
            vertex.Map[$"new{vertex.Number}"] = vertex;
            vertex.Map.Remove("k0");
            vertex.Edges.AsSpan().Clear();
            vertex.Linked.AddFirst(vertex);
            vertex.Sorted.Clear();
            vertex.Stack.Push(default);
            (vertex as Special)?.Words.Add("new");
            if (vertex.Grid.Length > 0)
            {
                vertex.Grid[0, 0] = vertex.Grid[0, 0] is null ? vertex : null;
            }

            if (vertex.Any is object?[] array && array.Length > 0)
            {
                array[0] = "changed";
            }

            if (_random.Next(2) == 0)
            {
                Fill(vertex);
            }
        }
    }

    /// <summary>A text that says all of a graph, what is shared and in circles included.</summary>
    public static string Serialise(object root)
    {
        StringBuilder text = new();
        Dictionary<object, int> numbers = new(ReferenceEqualityComparer.Instance);
        Queue<object> open = new();
        _ = Reference(root);
        while (open.TryDequeue(out object? value))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{numbers[value]} {value.GetType()} ");
            if (value is object?[] array)
            {
                text.AppendJoin(',', array.Select(Reference));
                continue;
            }

            Vertex vertex = (Vertex)value;
            text.Append(CultureInfo.InvariantCulture, $"{vertex.Number} {vertex.Text} {Reference(vertex.Next)} {Reference(vertex.Any)} {EdgeText(vertex.Single)} {vertex.Tuple.Number} {Reference(vertex.Tuple.Vertex)} ");
            text.Append('L').AppendJoin(',', vertex.List.Select(Reference)).Append('M').AppendJoin(',', vertex.Map.Select(pair => $"{pair.Key}:{Reference(pair.Value)}"));
            text.Append('E').AppendJoin(',', vertex.Edges.Select(EdgeText)).Append('G').Append(vertex.Grid.GetLength(0)).AppendJoin(',', vertex.Grid.Cast<object?>().Select(Reference));
            text.Append('N').AppendJoin(',', vertex.Numbers ?? []).Append('K').AppendJoin(',', vertex.Linked.Select(Reference));
            text.Append('S').AppendJoin(',', vertex.Sorted.Select(pair => $"{pair.Key}:{Reference(pair.Value)}")).Append('T').AppendJoin(',', vertex.Stack.Select(EdgeText));
            text.Append('W').AppendJoin(',', (vertex as Special)?.Words ?? []);
            foreach ((string key, Vertex found) in vertex.Map)
            {
                Assert.Same(found, vertex.Map[key]);
            }
        }

        return text.ToString();

        string EdgeText(Edge edge) => $"{edge.Weight}>{Reference(edge.To)}";

        string Reference(object? value)
        {
            if (value is null or string or int)
            {
                return $"'{value}'";
            }

            if (!numbers.TryGetValue(value, out int number))
            {
                numbers.Add(value, number = numbers.Count);
                open.Enqueue(value);
            }

            return $"#{number}";
        }
    }

    /// <summary>All vertices and arrays that a graph leads to.</summary>
    public IReadOnlyList<Vertex> Vertices => _all;

    private Vertex? Any() => _random.Next(4) == 0 ? null : _all[_random.Next(_all.Count)];

    private void Fill(Vertex vertex)
    {
        vertex.Number = _random.Next();
        vertex.Text = _random.Next(2) == 0 ? null : $"text{_random.Next(10)}";
        vertex.Next = Any();
        vertex.Any = _random.Next(5) switch { 0 => 5, 1 => "text", 2 => Any(), 3 => new object?[] { Any(), 1, "a" }, _ => null };
        vertex.List = [.. Some().Select(_ => Any())];
        vertex.Map = Some().ToDictionary(static i => $"k{i}", _ => _all[_random.Next(_all.Count)]);
        vertex.Single = OneEdge();
        vertex.Edges = [.. Some().Select(_ => OneEdge())];
        vertex.Grid = new Vertex?[2, 2] { { Any(), null }, { vertex, Any() } };
        vertex.Tuple = (_random.Next(), Any());
        vertex.Numbers = _random.Next(2) == 0 ? null : [.. Some()];
        vertex.Linked = new LinkedList<Vertex>(Some().Select(_ => _all[_random.Next(_all.Count)]));
        vertex.Sorted = new SortedDictionary<int, Vertex>(Some().ToDictionary(i => 7 * i % 5, _ => _all[_random.Next(_all.Count)]));
        vertex.Stack = new Stack<Edge>(Some().Select(_ => OneEdge()));
        (vertex as Special)?.Words.Add($"word{_random.Next(10)}");
    }

    private Edge OneEdge() => new() { To = Any(), Weight = _random.Next(100) };

    private IEnumerable<int> Some() => Enumerable.Range(0, _random.Next(4));
}
