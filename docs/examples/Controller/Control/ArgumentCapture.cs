using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Instrumentation;

namespace Control;

/// <summary>Makes a probe that captures all simple arguments of a method that is known by name only: as JSON, as any tool could.</summary>
internal static class ArgumentCapture
{
    /// <summary>What the caller is called among the captured values.</summary>
    public const string Caller = "(caller)";

    /// <summary>The probe.</summary>
    /// <param name="method">The method, as coverage names it.</param>
    /// <returns>One event a call, with the arguments and the caller.</returns>
    public static ProbeSpec Of(string method)
    {
        JsonObject capture = [];
        foreach (ParameterInfo parameter in Find(method)?.GetParameters() ?? [])
        {
            if (TextOf(parameter.ParameterType) is { } type)
            {
                capture[parameter.Name!] = new JsonObject { ["arg"] = parameter.Name, ["type"] = type };
            }
        }

        capture[Caller] = "caller";
        JsonObject spec = new()
        {
            ["point"] = new JsonObject { ["method"] = method },
            ["on"] = "call",
            ["capture"] = capture,
            ["label"] = $"the calls of {method}",
        };
        return ProbeSpecJson.Read(spec.ToJsonString(JsonSerializerOptions.Default));
    }

    private static MethodBase? Find(string method)
    {
        string[] parts = method.Split("::");
        string name = parts[1].Split('(')[0];
        Type? type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(parts[0].Replace('/', '+'))).FirstOrDefault(static found => found is not null);
        return type?.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static).FirstOrDefault(one => one.Name == name);
    }

    private static string? TextOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Int32 when !type.IsEnum => "int",
        TypeCode.Int64 when !type.IsEnum => "long",
        TypeCode.Boolean => "bool",
        TypeCode.String => "string",
        _ => null,
    };
}
