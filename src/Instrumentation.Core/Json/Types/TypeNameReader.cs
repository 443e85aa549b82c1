namespace Instrumentation.Json;

/// <summary>Reads the names that <see cref="TypeNameText"/> writes, and looks the types up.</summary>
internal sealed class TypeNameReader
{
    /// <summary>How types are written.</summary>
    public const string Mend = "Write a C# keyword (int, string, int?), or the full name: Shop.Order, Shop.Outer+Inner, System.Collections.Generic.List<int>[], Assembly!Shop.Order.";
    private const int LongestName = 1000;
    private const int MostNesting = 20;

    private readonly string _text;
    private readonly TypeNameCursor _cursor;

    private TypeNameReader(string text) => (_text, _cursor) = (text, new(text));

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name.</param>
    /// <returns>The type.</returns>
    /// <exception cref="TypeNameException">The name means no type.</exception>
    public static Type Read(string text)
    {
        if (text.Length > LongestName)
        {
            throw new TypeNameException($"a type's name has at most {LongestName} characters, this one {text.Length}.", Mend, []);
        }

        TypeNameReader reader = new(text);
        Type type = reader.Suffixed(0);
        return reader._cursor.AtEnd ? type : throw reader.Malformed();
    }

    /// <summary>Reads a name that may mean no type.</summary>
    /// <param name="text">The name.</param>
    /// <param name="error">What is wrong with it; null when nothing is.</param>
    /// <returns>The type, or null.</returns>
    public static Type? TryRead(string text, out TypeNameException? error)
    {
        error = null;
        try
        {
            return Read(text);
        }
        catch (TypeNameException found)
        {
            error = found;
            return null;
        }
    }

    private Type Suffixed(int nesting)
    {
        Type type = Named(nesting);
        while (true)
        {
            if (_cursor.Take('?'))
            {
                type = type.IsValueType && Nullable.GetUnderlyingType(type) is null
                    ? TypeMaker.Nullable(type, _text)
                    : throw new TypeNameException($"'{Shorten()}' puts '?' behind what is no value type.", "Leave the '?' out: objects and strings may be null anyway.", []);
            }
            else if (_cursor.Take('['))
            {
                int rank = 1;
                while (_cursor.Take(','))
                {
                    rank++;
                }

                type = _cursor.Take(']') && rank <= 32 && ++nesting < MostNesting ? TypeMaker.Array(type, rank, _text) : throw Malformed();
            }
            else
            {
                return type;
            }
        }
    }

    private Type Named(int nesting)
    {
        if (nesting >= MostNesting)
        {
            throw Malformed();
        }

        string first = Identifier();
        string? assembly = null;
        if (_cursor.Take('!'))
        {
            assembly = first;
            first = Identifier();
        }

        List<Type> arguments = [];
        string name = first + Arguments(arguments, nesting);
        while (_cursor.Take('+'))
        {
            name += "+" + Identifier() + Arguments(arguments, nesting);
        }

        if (assembly is null && ShortTypeNames.Find(name) is { } known)
        {
            return known;
        }

        Type type = TypeSearch.Find(assembly, name);
        int wanted = type.IsGenericTypeDefinition ? type.GetGenericArguments().Length : 0;
        return wanted != arguments.Count
            ? throw new TypeNameException($"the type '{name}' has {wanted} type arguments, and {arguments.Count} are written.", "Write all of them: System.Collections.Generic.Dictionary<string, int>.", [])
            : wanted == 0 ? type : TypeMaker.Generic(type, [.. arguments], _text);
    }

    private string Arguments(List<Type> arguments, int nesting)
    {
        if (!_cursor.Take('<'))
        {
            return string.Empty;
        }

        int before = arguments.Count;
        do
        {
            arguments.Add(Suffixed(nesting + 1));
        }
        while (_cursor.Take(','));
        return _cursor.Take('>') ? $"`{arguments.Count - before}" : throw Malformed();
    }

    private string Identifier() => _cursor.TakeIdentifier() ?? throw Malformed();

    private string Shorten() => JsonPath.Shorten(_text);

    private TypeNameException Malformed() => new($"'{Shorten()}' is no type's name: it stops making sense at character {_cursor.Position + 1}.", Mend, []);
}

/// <summary>A name that means no type. Whoever knows the place in the text makes a <see cref="ProbeJsonException"/> of it.</summary>
/// <param name="why">What is wrong with it.</param>
/// <param name="mend">What to write instead.</param>
/// <param name="nearest">The nearest names of types.</param>
internal sealed class TypeNameException(string why, string mend, IReadOnlyList<string> nearest) : Exception(why)
{
    /// <summary>What to write instead.</summary>
    public string Mend => mend;

    /// <summary>The nearest names of types.</summary>
    public IReadOnlyList<string> Nearest => nearest;
}
