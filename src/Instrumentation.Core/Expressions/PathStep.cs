namespace Instrumentation.Expressions;

/// <summary>A step of a path of fields.</summary>
/// <param name="Name">The name of a field, a property or a type.</param>
/// <param name="IsCast">True for a type, which the path gives in parentheses.</param>
internal readonly record struct PathStep(string Name, bool IsCast)
{
    /// <summary>Splits a path at its dots; those in parentheses belong to the names of types.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The steps.</returns>
    /// <exception cref="ExpressionException">A step is empty, or a parenthesis is not closed.</exception>
    public static IReadOnlyList<PathStep> Split(string path)
    {
        List<PathStep> steps = [];
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= path.Length; i++)
        {
            if (i == path.Length || (path[i] == '.' && depth == 0))
            {
                steps.Add(Parse(path, path[start..i].Trim()));
                start = i + 1;
            }
            else
            {
                depth += path[i] == '(' ? 1 : path[i] == ')' ? -1 : 0;
            }
        }

        return depth == 0 ? steps : throw Malformed(path, "its parentheses do not match.");
    }

    private static PathStep Parse(string path, string text)
    {
        bool cast = text.StartsWith('(');
        if (cast != text.EndsWith(')'))
        {
            throw Malformed(path, $"the step '{text}' is neither a member nor a type in parentheses.");
        }

        string name = cast ? text[1..^1].Trim() : text;
        return name.Length == 0 ? throw Malformed(path, "a step is empty.") : new PathStep(name, cast);
    }

    private static ExpressionException Malformed(string path, string why) =>
        new(path, why, "Separate fields, properties and types in parentheses by dots, for example \"_parent.(Acme.Node)._count\".");
}
