using System.Reflection;
using Microsoft.Data.Sqlite;
using Newtonsoft.Json;
using Polly;
using SQLitePCL;

namespace Instrumentation.Frameworks.Support;

/// <summary>Methods of packages that no lambda can name: internal types, private methods, parameters that are spans.</summary>
internal static class Internals
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>A method of Newtonsoft.Json.</summary>
    /// <param name="type">Its type, below <c>Newtonsoft.Json</c>.</param>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">How many parameters it has, where there are several of the name.</param>
    /// <returns>The method.</returns>
    public static MethodInfo Json(string type, string method, int? parameters = null) => Find(typeof(JsonConvert).Assembly, $"Newtonsoft.Json.{type}", method, parameters);

    /// <summary>A method of Polly.</summary>
    /// <param name="type">Its type, below <c>Polly</c>.</param>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">How many parameters it has, where there are several of the name.</param>
    /// <returns>The method.</returns>
    public static MethodInfo Polly(string type, string method, int? parameters = null) => Find(typeof(ResiliencePipeline).Assembly, $"Polly.{type}", method, parameters);

    /// <summary>A method of Microsoft.Data.Sqlite.</summary>
    /// <param name="type">Its type, below <c>Microsoft.Data.Sqlite</c>.</param>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">How many parameters it has, where there are several of the name.</param>
    /// <returns>The method.</returns>
    public static MethodInfo Sqlite(string type, string method, int? parameters = null) => Find(typeof(SqliteConnection).Assembly, $"Microsoft.Data.Sqlite.{type}", method, parameters);

    /// <summary>The only constructor of an internal type of Microsoft.Data.Sqlite.</summary>
    /// <param name="type">The type, below <c>Microsoft.Data.Sqlite</c>.</param>
    /// <returns>The constructor.</returns>
    public static ConstructorInfo SqliteConstructor(string type) => typeof(SqliteConnection).Assembly.GetType($"Microsoft.Data.Sqlite.{type}", throwOnError: true)!.GetConstructors(Any & ~BindingFlags.Static).Single();

    /// <summary>The function of SQLite that prepares a statement, as Microsoft.Data.Sqlite calls it: with a span of UTF-8.</summary>
    public static MethodInfo Prepare { get; } = typeof(raw).GetMethods().Single(static method =>
        method.Name == nameof(raw.sqlite3_prepare_v2) && method.GetParameters() is { Length: 4 } parameters && parameters[1].ParameterType == typeof(ReadOnlySpan<byte>));

    private static MethodInfo Find(Assembly assembly, string type, string method, int? parameters) => assembly.GetType(type, throwOnError: true)!.GetMethods(Any)
        .Single(candidate => candidate.Name == method && (parameters is null || candidate.GetParameters().Length == parameters));
}
