using System.Reflection;
using System.Text.RegularExpressions;

namespace Instrumentation.Managed.Points;

/// <summary>
/// A text that names methods: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c>, with <c>*</c> for any run of characters and <c>?</c> for any
/// one, nested types behind <c>+</c>, types without arity, parameter types as C# spells them or by simple name.
/// </summary>
internal sealed partial record MethodPattern
{
    private readonly Wildcard? _assembly;
    private readonly Wildcard _type;
    private readonly Wildcard _method;
    private readonly IReadOnlyList<Wildcard>? _parameters;

    private MethodPattern(string text, string? assembly, string type, string method, IReadOnlyList<string>? parameters)
    {
        Text = text;
        TypeText = type;
        MethodText = method;
        _assembly = assembly is null ? null : new Wildcard(assembly);
        _type = new Wildcard(type);
        _method = new Wildcard(method);
        _parameters = parameters?.Select(static parameter => new Wildcard(parameter)).ToArray();
    }

    /// <summary>The text as it was given.</summary>
    public string Text { get; }

    /// <summary>The part that names types.</summary>
    public string TypeText { get; }

    /// <summary>The part that names methods.</summary>
    public string MethodText { get; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="SpecException">The text is not of the form.</exception>
    public static MethodPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Match match = Form().Match(text.Trim());
        if (!match.Success)
        {
            throw Malformed(text, text.Contains("::", StringComparison.Ordinal) ? "its parts are not of the expected form." : "it has no '::' between type and method.");
        }

        string? assembly = match.Groups["assembly"] is { Success: true } named ? named.Value.Trim() : null;
        string type = match.Groups["type"].Value.Trim();
        string method = match.Groups["method"].Value.Trim();
        if (assembly is "" || type.Length == 0 || method.Length == 0)
        {
            throw Malformed(text, "one of its parts is empty.");
        }

        IReadOnlyList<string>? parameters = match.Groups["parameters"] is { Success: true } list ? SplitParameters(text, list.Value) : null;
        return new MethodPattern(text, assembly, type, method, parameters);
    }

    /// <summary>Whether an assembly can hold matches.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>True when it can.</returns>
    public bool Matches(Assembly assembly) => _assembly is null || _assembly.Matches(assembly.GetName().Name ?? string.Empty);

    /// <summary>Whether a type can hold matches.</summary>
    /// <param name="type">The type, a definition when generic.</param>
    /// <returns>True when it can.</returns>
    public bool Matches(Type type) => _type.Matches(MethodName.Of(type)) || (MethodName.IsKeyword(type) && _type.Matches(type.FullName!));

    /// <summary>Whether a method of a matching type matches.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it does.</returns>
    public bool Matches(MethodBase method) => _method.Matches(method.Name) && ParametersMatch(method);

    /// <inheritdoc/>
    public bool Equals(MethodPattern? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static SpecException Malformed(string text, string why) => new(
        $"The method pattern '{text}'",
        why,
        "Write [Assembly!]Namespace.Type::Method[(type, type)], with * and ? as wildcards, for example Shop.*Repository::Save*.");

    private static string[] SplitParameters(string pattern, string text)
    {
        List<string> parts = [];
        Stack<char> open = [];
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && open.Count == 0))
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
            else if (text[i] is '<' or '[')
            {
                open.Push(text[i] == '<' ? '>' : ']');
            }
            else if (text[i] is '>' or ']' && (!open.TryPop(out char expected) || expected != text[i]))
            {
                throw Malformed(pattern, $"in its parameters, '{text[i]}' closes nothing.");
            }
        }

        if (open.TryPeek(out char missing))
        {
            throw Malformed(pattern, $"in its parameters, '{missing}' is missing.");
        }

        return parts is [""] ? [] : !parts.Contains(string.Empty) ? [.. parts] : throw Malformed(pattern, "one of its parameters is empty.");
    }

    private static bool TypeMatches(Wildcard pattern, Type type)
    {
        string full = MethodName.Of(type);
        int dot = full.LastIndexOf('.', full.IndexOfAny(['<', '[']) is var end and >= 0 ? end : full.Length - 1);
        return pattern.Matches(full) || (dot > 0 && pattern.Matches(full.AsSpan(dot + 1))) || pattern.Matches(type.FullName ?? type.Name) || pattern.Matches(type.Name);
    }

    private bool ParametersMatch(MethodBase method)
    {
        if (_parameters is null)
        {
            return true;
        }

        ParameterInfo[] parameters = method.GetParameters();
        return parameters.Length == _parameters.Count && parameters.Zip(_parameters).All(pair => TypeMatches(pair.Second, pair.First.ParameterType));
    }

    [GeneratedRegex(@"^((?<assembly>[^!:()]+)!)?(?<type>[^:()!]+)::(?<method>[^:()!]+)(\((?<parameters>[^()]*)\))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
