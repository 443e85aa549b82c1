using System.Globalization;
using System.Reflection;

namespace Instrumentation.Tests.Surface;

/// <summary>The public surface of an assembly as text: one line for each public or protected type and member, sorted.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Writes the surface.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The lines, in ordinal order.</returns>
    public static IReadOnlyList<string> Of(Assembly assembly) =>
    [
        .. assembly.GetTypes().Where(IsVisible).SelectMany(static type => Members(type).Prepend(TypeNames.Declaration(type))).Order(StringComparer.Ordinal),
    ];

    private static bool IsVisible(Type type) =>
        !type.Name.Contains('<', StringComparison.Ordinal)
        && (type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) : type.IsPublic);

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [];
        }

        string owner = TypeNames.Of(type);
        return
        [
            .. type.GetFields(Declared).Where(static field => IsVisible(field.Attributes) && !field.IsSpecialName).Select(field => Field(owner, field)),
            .. type.GetConstructors(Declared).Where(static method => IsVisible(method) && !method.IsStatic).Select(method => $"{Access(method)}{owner}.{TypeNames.Simple(type)}({Parameters(method)})"),
            .. type.GetProperties(Declared).Where(static property => property.GetAccessors(nonPublic: true).Any(IsVisible)).Select(property => Property(owner, property)),
            .. type.GetEvents(Declared).Where(static one => IsVisible(one.AddMethod!)).Select(one => $"{Access(one.AddMethod!)}event {owner}.{one.Name} -> {TypeNames.Of(one.EventHandlerType!)}"),
            .. type.GetMethods(Declared).Where(IsOrdinary).Select(method => Method(owner, method)),
        ];
    }

    private static string Field(string owner, FieldInfo field) => field.IsLiteral
        ? $"{Access(field.Attributes)}const {owner}.{field.Name} = {Constant(field.GetRawConstantValue())} -> {TypeNames.Of(field.FieldType)}"
        : $"{Access(field.Attributes)}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{owner}.{field.Name} -> {TypeNames.Of(field.FieldType)}";

    private static string Property(string owner, PropertyInfo property)
    {
        MethodInfo first = property.GetAccessors(nonPublic: true).First(IsVisible);
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        IEnumerable<string> accessors = new[] { (property.GetMethod, "get"), (property.SetMethod, IsInit(property.SetMethod) ? "init" : "set") }
            .Where(static pair => pair.Item1 is not null && IsVisible(pair.Item1))
            .Select(static pair => Access(pair.Item1!) + pair.Item2 + ";");
        return $"{Access(first)}{Modifiers(first)}{owner}.{name} {{ {string.Join(" ", accessors)} }} -> {TypeNames.Of(property.PropertyType)}";
    }

    private static string Method(string owner, MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static argument => argument.Name))}>" : "";
        return $"{Access(method)}{Modifiers(method)}{owner}.{method.Name}{generic}({Parameters(method)}) -> {TypeNames.Of(method.ReturnType)}{TypeNames.Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string way = parameter.ParameterType.IsByRef ? parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref " : "";
        string many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        Type type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        return $"{many}{way}{TypeNames.Of(type)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue) : "")}";
    }

    private static string Constant(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsOrdinary(MethodInfo method) =>
        IsVisible(method)
        && !method.Name.Contains('<', StringComparison.Ordinal)
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static bool IsInit(MethodInfo? setter) =>
        setter?.ReturnParameter.GetRequiredCustomModifiers().Any(static modifier => modifier.Name == "IsExternalInit") ?? false;

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Access(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public ? "" : "protected ";

    private static string Modifiers(MethodInfo method) =>
        (method.IsStatic ? "static " : "")
        + (method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : "")
        + (method.IsVirtual && !method.IsAbstract && !method.IsFinal ? method.GetBaseDefinition() == method ? "virtual " : "override " : "");
}
