using System.Globalization;

namespace Shop;

/// <summary>Knows the customers: the older ones by an index, those that are not in it by looking at all.</summary>
public sealed class CustomerRepository
{
    private readonly string[] _names;
    private readonly Dictionary<int, string> _index = [];

    /// <summary>Makes customers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="indexed">How many of them are in the index.</param>
    public CustomerRepository(int count, int indexed)
    {
        _names = [.. Enumerable.Range(0, count).Select(static id => string.Create(CultureInfo.InvariantCulture, $"customer {id}"))];
        for (int id = 0; id < indexed; id++)
        {
            _index[id] = _names[id];
        }
    }

    /// <summary>Finds a customer's name.</summary>
    public string? Find(int id, bool complete)
    {
        if (_index.TryGetValue(id, out string? name))
        {
            return name;
        }

        string? found = null;
        for (int round = 0; round < 100; round++)
        {
            foreach (string candidate in _names)
            {
                if (candidate.EndsWith(id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) && candidate.Length > (complete ? 0 : 1))
                {
                    found = candidate;
                }
            }
        }

        return found;
    }
}
