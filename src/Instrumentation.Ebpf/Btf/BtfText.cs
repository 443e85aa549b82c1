using System.Globalization;
using System.Text;

namespace Instrumentation.Ebpf.Btf;

/// <summary>Types as C writes them, for messages: <c>struct task_struct *</c>, <c>char[16]</c>, <c>int (*)(struct file *, long)</c>.</summary>
internal static class BtfText
{
    // What types refer to can be endless, or double with each step: after so many of them, dots stand for the rest.
    private const int MostTypes = 64;

    /// <summary>The text of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The text; <c>...</c> in it stands for what is too long or not in the file.</returns>
    public static string Of(BtfType type) => Declare(type, string.Empty);

    /// <summary>The text of a declaration.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">What is declared to be of it.</param>
    /// <returns>The text, for example <c>char comm[16]</c>.</returns>
    public static string Declare(BtfType type, string name)
    {
        int budget = MostTypes;
        return Declare(type, name, ref budget);
    }

    /// <summary>The text of a function.</summary>
    /// <param name="function">A type of kind <see cref="BtfKind.Function"/>.</param>
    /// <returns>Its declaration, with the names of its parameters.</returns>
    public static string Function(BtfType function)
    {
        int budget = MostTypes;
        return Declare(function.Target, function.Name, ref budget);
    }

    // C declares from the inside out: what has been written so far is wrapped in what the type adds, until a name of a type is reached.
    private static string Declare(BtfType type, string inner, ref int budget)
    {
        while (budget-- > 0)
        {
            switch (type.Kind)
            {
                case BtfKind.Pointer:
                    inner = "*" + inner;
                    break;
                case BtfKind.Array:
                    inner = string.Create(CultureInfo.InvariantCulture, $"{Wrapped(inner)}[{type.Length}]");
                    break;
                case BtfKind.FunctionPrototype:
                    inner = $"{Wrapped(inner)}({Parameters(type, ref budget)})";
                    break;
                case BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict:
                    string word = type.Kind switch { BtfKind.Const => "const", BtfKind.Volatile => "volatile", _ => "restrict" };
                    if (!TryTarget(type, out BtfType qualified) || qualified.Kind != BtfKind.Pointer)
                    {
                        return $"{word} {(qualified.File is null ? "..." : Declare(qualified, inner, ref budget))}";
                    }

                    inner = inner.Length == 0 ? word : $"{word} {inner}";
                    break;
                case BtfKind.TypeTag or BtfKind.Function or BtfKind.Variable or BtfKind.DeclarationTag:
                    break;
                default:
                    return inner.Length == 0 || inner[0] == '[' ? NameOf(type) + inner : $"{NameOf(type)} {inner}";
            }

            if (!TryTarget(type, out type))
            {
                break;
            }
        }

        return inner.Length == 0 ? "..." : $"... {inner}";
    }

    private static bool TryTarget(BtfType type, out BtfType target)
    {
        try
        {
            target = type.Target;
            return true;
        }
        catch (BadFileException)
        {
            target = default;
            return false;
        }
    }

    private static string Wrapped(string inner) => inner.StartsWith('*') ? $"({inner})" : inner;

    private static string Parameters(BtfType prototype, ref int budget)
    {
        if (prototype.Count == 0)
        {
            return "void";
        }

        var text = new StringBuilder();
        for (int i = 0; i < prototype.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : ", ");
            if (budget <= 0)
            {
                return text.Append("...").ToString();
            }

            BtfParameter parameter;
            try
            {
                parameter = prototype.GetParameter(i);
            }
            catch (BadFileException)
            {
                return text.Append("...").ToString();
            }

            bool isDots = parameter.Type.Kind == BtfKind.Void && i == prototype.Count - 1;
            text.Append(isDots ? "..." : Declare(parameter.Type, parameter.Name, ref budget));
        }

        return text.ToString();
    }

    private static string NameOf(BtfType type)
    {
        string name = type.Name;
        return type.Kind switch
        {
            BtfKind.Void => "void",
            BtfKind.Struct => name.Length == 0 ? "struct {...}" : $"struct {name}",
            BtfKind.Union => name.Length == 0 ? "union {...}" : $"union {name}",
            BtfKind.Enum or BtfKind.Enum64 => name.Length == 0 ? "enum {...}" : $"enum {name}",
            BtfKind.Forward => $"{(type.Flag ? "union" : "struct")} {name}",
            _ => name,
        };
    }
}
