using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Which types are those of .NET itself: of the runtime, its libraries, ASP.NET Core and the extensions. Their code is known, that of others is the application's.</summary>
internal static class FrameworkTypes
{
    // The keys that these assemblies are signed with.
    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        "7cec85d7bea7798e", "b03f5f7f11d50a3a", "cc7b13ffcd2ddd51", "adb9793829ddae60", "b77a5c561934e089", "31bf3856ad364e35",
    };

    private static readonly ConditionalWeakTable<Assembly, object> Known = [];

    /// <summary>Whether a type is one of .NET; its type arguments do not matter.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is.</returns>
    public static bool Contains(Type type) => (bool)Known.GetValue(type.Assembly, static assembly =>
        !assembly.IsDynamic && assembly.GetName().GetPublicKeyToken() is { Length: 8 } token && Keys.Contains(Convert.ToHexString(token)));
}
