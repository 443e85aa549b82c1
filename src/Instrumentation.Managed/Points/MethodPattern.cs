using System.Reflection;
using System.Text.RegularExpressions;

namespace Instrumentation.Managed.Points;

/// <summary>
/// A text that names methods: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c>, with <c>*</c> for any run of characters and <c>?</c> for any
/// one, nested types behind <c>+</c>, types without arity, parameter types as C# spells them or by simple name.
/// </summary>
internal sealed partial record MethodPattern
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex? _assembly;
    private readonly Regex _type;
    private readonly Regex _method;
    private readonly IReadOnlyList<Regex>? _parameters;

    private MethodPattern(string text, string? assembly, string type, string method, IReadOnlyList<string>? parameters)
    {
        Text = text;
        TypeText = type;
        MethodText = method;
        _assembly = assembly is null ? null : Compile(assembly);
        _type = Compile(type);
        _method = Compile(method);
        _parameters = parameters?.Select(Compile).ToArray();
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
        Match match = Form().Match(text);
        if (!match.Success)
        {
            throw new SpecException(
                $"The method pattern '{text}'",
                text.Contains("::", StringComparison.Ordinal) ? "its parts are not of the expected form." : "it has no '::' between type and method.",
                "Write [Assembly!]Namespace.Type::Method[(type, type)], with * and ? as wildcards, for example Shop.*Repository::Save*.");
        }

        Group parameters = match.Groups["parameters"];
        return new MethodPattern(
            text,
            match.Groups["assembly"].Success ? match.Groups["assembly"].Value.Trim() : null,
            match.Groups["type"].Value.Trim(),
            match.Groups["method"].Value.Trim(),
            parameters.Success ? SplitParameters(parameters.Value) : null);
    }

    /// <summary>Whether an assembly can hold matches.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>True when it can.</returns>
    public bool Matches(Assembly assembly) => _assembly is null || _assembly.IsMatch(assembly.GetName().Name ?? string.Empty);

    /// <summary>Whether a type can hold matches.</summary>
    /// <param name="type">The type, a definition when generic.</param>
    /// <returns>True when it can.</returns>
    public bool Matches(Type type) => _type.IsMatch(MethodName.Of(type)) || (MethodName.IsKeyword(type) && _type.IsMatch(type.FullName!));

    /// <summary>Whether a method of a matching type matches.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it does.</returns>
    public bool Matches(MethodBase method) => _method.IsMatch(method.Name) && ParametersMatch(method);

    /// <inheritdoc/>
    public bool Equals(MethodPattern? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static Regex Compile(string wildcard) => new(
        $"^{Regex.Escape(wildcard).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline,
        MatchTimeout);

    private static string[] SplitParameters(string text)
    {
        List<string> parts = [];
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
            else
            {
                depth += text[i] switch { '<' or '[' => 1, '>' or ']' => -1, _ => 0 };
            }
        }

        return parts is [""] ? [] : [.. parts];
    }

    private static bool TypeMatches(Regex pattern, Type type)
    {
        string full = MethodName.Of(type);
        int dot = full.LastIndexOf('.', full.IndexOfAny(['<', '[']) is var end and >= 0 ? end : full.Length - 1);
        return pattern.IsMatch(full) || (dot > 0 && pattern.IsMatch(full[(dot + 1)..])) || pattern.IsMatch(type.FullName ?? type.Name) || pattern.IsMatch(type.Name);
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

    [GeneratedRegex(@"^\s*((?<assembly>[^!:()]+)!)?(?<type>[^:()!]+)::(?<method>[^:()!]+)(\((?<parameters>[^()]*)\))?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
