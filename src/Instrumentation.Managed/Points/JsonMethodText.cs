using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>The text that selects one method.</summary>
internal static class JsonMethodText
{
    /// <summary>A method's text.</summary>
    /// <param name="method">The method, a definition when generic.</param>
    /// <returns>The text; resolved, it gives this very method.</returns>
    /// <exception cref="InstrumentationException">No text selects the method: its overloads differ in what texts do not say, or its assembly is not probed.</exception>
    public static string Of(MethodBase method)
    {
        string text = $"{method.Module.Assembly.GetName().Name}!{MethodName.WithParameters(method)}";
        MethodBase found = MethodResolver.Resolve(new MethodTarget.Matching(MethodPattern.Parse(text), Single: true))[0];
        return found == method
            ? text
            : throw new SpecException($"The method '{text}'", "its text selects another method.", "Name the method by a text that you know to select it.");
    }
}
