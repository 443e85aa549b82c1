using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Objects.Linking;

namespace Instrumentation;

/// <content>Global variables of the object's programs.</content>
public sealed partial class BpfObject
{
    /// <summary>The names of the global variables.</summary>
    public IReadOnlyCollection<string> Globals => [.. _variables.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads a global variable.</summary>
    /// <typeparam name="T">A type of its size.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>Its value now.</returns>
    /// <exception cref="BpfObjectException">There is no such variable, or it has another size.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public T GetGlobal<T>(string name)
        where T : unmanaged
    {
        (BpfObjectMap section, ObjectVariable variable) = Find<T>(name);
        return MemoryMarshal.Read<T>(section.Get(new byte[sizeof(int)]).AsSpan(variable.Offset));
    }

    /// <summary>
    /// Writes a global variable. The whole section is read and written, so that what a program writes to its other variables meanwhile is lost: set
    /// variables while nothing is attached, or give each such variable a section of its own (<c>SEC(".data.name")</c>), or use a map.
    /// </summary>
    /// <typeparam name="T">A type of its size.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="BpfObjectException">There is no such variable, or it has another size.</exception>
    /// <exception cref="KernelCallException">The kernel refused: constants are set by <see cref="BpfObjectOptions.WithGlobal{T}"/>.</exception>
    public void SetGlobal<T>(string name, T value)
        where T : unmanaged
    {
        (BpfObjectMap section, ObjectVariable variable) = Find<T>(name);
        byte[] key = new byte[sizeof(int)];
        byte[] content = section.Get(key)!;
        MemoryMarshal.Write(content.AsSpan(variable.Offset), in value);
        section.Set(key, content);
    }

    private (BpfObjectMap Section, ObjectVariable Variable) Find<T>(string name)
        where T : unmanaged
    {
        if (!_variables.TryGetValue(name, out ObjectVariable? variable))
        {
            throw ObjectNames.Missing(Path, "variable", name, _variables.Keys);
        }

        return variable.Size == Unsafe.SizeOf<T>()
            ? (GetMap(_sections[variable.Section]), variable)
            : throw new BpfObjectException(Path, $"variable {name}", $"it has {variable.Size} bytes, and {typeof(T).Name} has {Unsafe.SizeOf<T>()}.", "Use a type of its size.");
    }
}
