using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>The kinds of relocations that BPF objects have.</summary>
internal enum ObjectRelocationKind : uint
{
    /// <summary>A 64-bit constant: the address of a map, a variable or a function.</summary>
    Constant = 1,

    /// <summary>A call.</summary>
    Call = 10,
}

/// <summary>A place in code that refers to a symbol.</summary>
/// <param name="Kind">What is put there.</param>
/// <param name="Symbol">The symbol's number.</param>
internal readonly record struct ObjectRelocation(ObjectRelocationKind Kind, int Symbol);

/// <summary>A section of instructions.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="Name">Its name.</param>
/// <param name="Code">Its instructions; relocation against the kernel's types changes them in place.</param>
internal sealed record ObjectCode(int Index, string Name, Instruction[] Code)
{
    /// <summary>The places that refer to symbols, by slot.</summary>
    public Dictionary<int, ObjectRelocation> Relocations { get; } = [];

    /// <summary>The functions, by rising slot.</summary>
    public List<ObjectFunction> Functions { get; } = [];

    /// <summary>What instructions are for that could not be made for the target, by slot.</summary>
    public Dictionary<int, string> Poisoned { get; } = [];

    /// <summary>The function that begins at a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The function; null if none begins there.</returns>
    public ObjectFunction? FunctionAt(long slot)
    {
        int low = 0, high = Functions.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (Functions[middle].Start == slot)
            {
                return Functions[middle];
            }

            (low, high) = Functions[middle].Start < slot ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}

/// <summary>A function of the object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Section">The section that it lies in.</param>
/// <param name="Start">Its first slot there.</param>
/// <param name="Count">How many slots it has.</param>
/// <param name="IsGlobal">Whether other objects could call it: in a program section, such a function is a program.</param>
internal sealed record ObjectFunction(string Name, ObjectCode Section, int Start, int Count, bool IsGlobal);

/// <summary>A section of global variables: it becomes an array of one element.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="Name">Its name, for example <c>.bss</c>.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="IsReadOnly">Whether programs and user space only read it.</param>
internal sealed record ObjectData(int Index, string Name, int Size, bool IsReadOnly)
{
    /// <summary>What it begins with; null for zeros.</summary>
    public byte[]? Content { get; set; }
}

/// <summary>A map that the object defines.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Where its variable lies in the section of maps.</param>
/// <param name="Type">The kernel's number of its kind.</param>
/// <param name="KeySize">The key's bytes.</param>
/// <param name="ValueSize">The value's bytes.</param>
/// <param name="Capacity">The most elements.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="KeyType">The key's type in the object's types; 0 if unknown.</param>
/// <param name="ValueType">The value's type, likewise.</param>
internal sealed record ObjectMapDefinition(string Name, ulong Offset, int Type, int KeySize, int ValueSize, int Capacity, uint Flags, uint KeyType, uint ValueType);

/// <summary>A variable of a section of data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Section">The number of the section in <see cref="ObjectFile.Data"/>.</param>
/// <param name="Offset">Where it is in the section.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record ObjectVariable(string Name, int Section, int Offset, int Size);
