using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>
/// A copy of a library in a load context of its own, rewritten before it was loaded: each method with a body counts its calls in <see cref="CallTally"/>. What
/// it counts owes nothing to the engine, its requests to the runtime or its hooks. The copy has a name of its own, so that no probe on the library means it too;
/// a copy of this test assembly refers to it by that name.
/// </summary>
internal sealed class CountedCopy : AssemblyLoadContext
{
    private readonly string _name;
    private readonly Assembly _copy;
    private readonly Assembly _users;
    private readonly MethodBase[] _methods;

    /// <summary>Rewrites and loads a library.</summary>
    public CountedCopy(Assembly library)
        : base("counted copy")
    {
        string name = library.GetName().Name!;
        _name = $"Counted.{name}";
        using MemoryStream image = Rewrite(library, _name, out _methods);
        using MemoryStream users = Redirect(typeof(CountedCopy).Assembly, name, _name);
        _copy = LoadFromStream(image);
        _users = LoadFromStream(users);
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
        assemblyName.Name == _name ? _copy
        : assemblyName.Name == typeof(CountedCopy).Assembly.GetName().Name ? _users
        : null;

    private static MemoryStream Rewrite(Assembly library, string name, out MethodBase[] methods)
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
        module.Assembly.Name.Name = name;
        methods = [.. counted];
        return Write(module);
    }

    private static MemoryStream Redirect(Assembly user, string from, string to)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(user.Location, new ReaderParameters { InMemory = true });
        module.AssemblyReferences.First(reference => reference.Name == from).Name = to;
        return Write(module);
    }

    private static MemoryStream Write(ModuleDefinition module)
    {
        MemoryStream image = new();
        module.Write(image);
        image.Position = 0;
        return image;
    }

    private FieldInfo Field(string name) => _users.GetType(typeof(CallTally).FullName!)!.GetField(name)!;
}
