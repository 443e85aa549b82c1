namespace Instrumentation.Events;

/// <summary>A place that records name by number: one method, or later one kernel function. Sites live as long as the process.</summary>
public sealed class ProbeSite
{
    private static readonly Lock Gate = new();
    private static ProbeSite?[] _sites = new ProbeSite?[256];
    private static int _count = 1;

    private ProbeSite(int number, string name, string group)
    {
        Number = number;
        Name = name;
        Group = group;
    }

    /// <summary>The number that records carry: 1 or more.</summary>
    public int Number { get; }

    /// <summary>The full name, for example <c>Shop.Orders::Place</c>.</summary>
    public string Name { get; }

    /// <summary>What the site belongs to: for a method its assembly's simple name.</summary>
    public string Group { get; }

    /// <summary>Makes a site with the next number.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="group">What it belongs to.</param>
    /// <returns>The site.</returns>
    internal static ProbeSite Register(string name, string group)
    {
        lock (Gate)
        {
            return Add(name, group);
        }
    }

    /// <summary>Makes sites with consecutive numbers.</summary>
    /// <param name="names">The full names, at least one.</param>
    /// <param name="group">What they belong to.</param>
    /// <returns>The first.</returns>
    internal static ProbeSite RegisterAll(IReadOnlyList<string> names, string group)
    {
        lock (Gate)
        {
            ProbeSite first = Add(names[0], group);
            foreach (string further in names.Skip(1))
            {
                Add(further, group);
            }

            return first;
        }
    }

    /// <summary>The site with a number.</summary>
    /// <param name="number">The number, from a record.</param>
    /// <returns>The site, or null when there is none with that number.</returns>
    internal static ProbeSite? Find(int number)
    {
        ProbeSite?[] sites = Volatile.Read(ref _sites);
        return (uint)number < (uint)sites.Length ? Volatile.Read(ref sites[number]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ProbeSite Add(string name, string group)
    {
        if (_count == _sites.Length)
        {
            ProbeSite?[] larger = new ProbeSite?[_sites.Length * 2];
            _sites.CopyTo(larger, 0);
            Volatile.Write(ref _sites, larger);
        }

        ProbeSite site = new(_count, name, group);
        Volatile.Write(ref _sites[_count++], site);
        return site;
    }
}
