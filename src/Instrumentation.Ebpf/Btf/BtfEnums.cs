namespace Instrumentation.Ebpf.Btf;

/// <summary>The values of enumerations by name and by number.</summary>
internal static class BtfEnums
{
    /// <summary>Finds a value of an enumeration.</summary>
    /// <param name="type">The enumeration, also behind typedefs.</param>
    /// <param name="name">The value's name.</param>
    /// <returns>The value; null if there is none of the name.</returns>
    /// <exception cref="BadFileException">The type has no end.</exception>
    public static long? ValueOf(BtfType type, string name)
    {
        BtfType bare = type.Peel();
        for (int i = 0; i < (IsEnum(bare) ? bare.Count : 0); i++)
        {
            if (System.Text.Ascii.Equals(bare.GetPartNameUtf8(i), name))
            {
                return bare.GetEnumValue(i).Value;
            }
        }

        return null;
    }

    /// <summary>Finds the name of a number.</summary>
    /// <param name="type">The enumeration, also behind typedefs.</param>
    /// <param name="value">The number.</param>
    /// <returns>The first name of it; null if there is none.</returns>
    /// <exception cref="BadFileException">The type has no end.</exception>
    public static string? NameOf(BtfType type, long value)
    {
        BtfType bare = type.Peel();
        for (int i = 0; i < (IsEnum(bare) ? bare.Count : 0); i++)
        {
            if (bare.GetEnumValue(i) is var found && found.Value == value)
            {
                return found.Name;
            }
        }

        return null;
    }

    /// <summary>Finds a value of any enumeration, for the many that have no name themselves.</summary>
    /// <param name="file">The types.</param>
    /// <param name="name">The value's name, for example <c>BPF_MAP_TYPE_RINGBUF</c>.</param>
    /// <returns>The value; null if there is none of the name.</returns>
    public static long? Find(BtfFile file, string name)
    {
        for (uint id = file.FirstId; id < file.TypeCount; id++)
        {
            if (file.GetType(id) is var type && IsEnum(type) && ValueOf(type, name) is { } value)
            {
                return value;
            }
        }

        return file.Base is null ? null : Find(file.Base, name);
    }

    private static bool IsEnum(BtfType type) => type.Kind is BtfKind.Enum or BtfKind.Enum64;
}
