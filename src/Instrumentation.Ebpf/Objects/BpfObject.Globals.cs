using System.Runtime.CompilerServices;
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
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public T GetGlobal<T>(string name)
        where T : unmanaged
    {
        ObjectVariable variable = Find<T>(name);
        return _memory[variable.Section].Read<T>(variable.Offset);
    }

    /// <summary>Writes a global variable, while programs may run: the others stay as they are.</summary>
    /// <typeparam name="T">A type of its size.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="BpfObjectException">There is no such variable, it has another size, or it is constant.</exception>
    /// <exception cref="ObjectDisposedException">The object is disposed.</exception>
    public void SetGlobal<T>(string name, T value)
        where T : unmanaged
    {
        ObjectVariable variable = Find<T>(name);
        if (!_memory[variable.Section].TryWrite(variable.Offset, value))
        {
            throw new BpfObjectException(Path, $"variable {name}", "it is constant: the programs were verified with the value that it has.", $"Set it before the load, with {nameof(BpfObjectOptions)}.{nameof(BpfObjectOptions.WithGlobal)}.");
        }
    }

    private ObjectVariable Find<T>(string name)
        where T : unmanaged
    {
        if (!_variables.TryGetValue(name, out ObjectVariable? variable))
        {
            throw ObjectNames.Missing(Path, "variable", name, _variables.Keys);
        }

        return variable.Size == Unsafe.SizeOf<T>()
            ? variable
            : throw new BpfObjectException(Path, $"variable {name}", $"it has {variable.Size} bytes, and {typeof(T).Name} has {Unsafe.SizeOf<T>()}.", "Use a type of its size.");
    }
}
