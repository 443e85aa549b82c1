using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>
/// A copy of a library in a load context of its own, rewritten before it was loaded: each method with a body counts its calls in <see cref="CallTally"/>. What
/// it counts owes nothing to the engine, its requests to the runtime or its hooks.
/// </summary>
internal sealed class CountedCopy : AssemblyLoadContext
{
    private readonly string _library;
    private readonly Assembly _copy;
    private readonly Assembly _users;
    private readonly MethodBase[] _methods;

    /// <summary>Rewrites and loads a library.</summary>
    public CountedCopy(Assembly library)
        : base("counted copy")
    {
        _library = library.GetName().Name!;
        using MemoryStream image = Rewrite(library, out _methods);
        _copy = LoadFromStream(image);
        _users = LoadFromAssemblyPath(typeof(CountedCopy).Assembly.Location);
        Field(nameof(CallTally.Counts)).SetValue(null, new long[_methods.Length]);
    }

    /// <summary>Calls a static method of this test assembly, whose library is the copy.</summary>
    public byte[] Run(Func<byte[]> use) =>
        (byte[])_users.GetType(use.Method.DeclaringType!.FullName!)!.GetMethod(use.Method.Name)!.Invoke(null, null)!;

    /// <summary>The calls of each method since the last take, by the method of the original library.</summary>
    public IReadOnlyList<(MethodBase Method, long Calls)> Take()
    {
        long[] counts = (long[])Field(nameof(CallTally.Counts)).GetValue(null)!;
        return [.. _methods.Select((method, number) => (method, Interlocked.Exchange(ref counts[number], 0)))];
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == _library ? _copy
        : assemblyName.Name == typeof(CountedCopy).Assembly.GetName().Name ? _users
        : null;

    private static MemoryStream Rewrite(Assembly library, out MethodBase[] methods)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(library.Location, new ReaderParameters { InMemory = true });
        MethodReference hit = module.ImportReference(typeof(CallTally).GetMethod(nameof(CallTally.Hit)));
        List<MethodBase> counted = [];
        foreach (MethodDefinition method in module.GetTypes().SelectMany(static type => type.Methods).Where(static method => method.HasBody).ToArray())
        {
            ILProcessor code = method.Body.GetILProcessor();
            Instruction first = method.Body.Instructions[0];
            code.InsertBefore(first, code.Create(OpCodes.Ldc_I4, counted.Count));
            code.InsertBefore(first, code.Create(OpCodes.Call, hit));
            counted.Add(library.ManifestModule.ResolveMethod(method.MetadataToken.ToInt32())!);
        }

        // Framework libraries come with machine code, which a copy has not.
        module.Attributes |= ModuleAttributes.ILOnly;
        module.Architecture = TargetArchitecture.I386;
        MemoryStream image = new();
        module.Write(image);
        image.Position = 0;
        methods = [.. counted];
        return image;
    }

    private FieldInfo Field(string name) => _users.GetType(typeof(CallTally).FullName!)!.GetField(name)!;
}
