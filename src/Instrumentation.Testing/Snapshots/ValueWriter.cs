using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Snapshots;

/// <summary>Writes one value as text.</summary>
/// <param name="options">How much is shown.</param>
internal sealed class ValueWriter(ValueTextOptions options)
{
    private readonly StringBuilder _text = new();

    // The objects that the current one is in, to notice circles.
    private readonly List<object> _path = [];

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value, or null.</param>
    public void Write(object? value)
    {
        if (_text.Length > options.Length)
        {
            return;
        }

        int start = _text.Length;
        try
        {
            WriteAny(value);
        }
        catch (Exception error)
        {
            // Whatever it is, the message that this becomes a part of matters more.
            _text.Length = start;
            _text.Append(CultureInfo.InvariantCulture, $"{TypeText.Of(value!.GetType())} (not readable: {error.GetType().Name})");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.Length <= options.Length ? _text.ToString() : $"{_text.ToString(0, options.Length)}…";

    private void WriteAny(object? value)
    {
        if (value is null)
        {
            _text.Append("null");
        }
        else if (value is string text)
        {
            _text.Append(LiteralText.Of(text, options.StringLength));
        }
        else if (LiteralText.Of(value) is { } literal)
        {
            _text.Append(literal);
        }
        else if (value is Type or MethodBase or Delegate or Task or UnkeptValue)
        {
            WriteRuntimeObject(value);
        }
        else if (_path.Exists(outer => ReferenceEquals(outer, value)))
        {
            _text.Append("(cycle)");
        }
        else if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _text.Append('…');
        }
        else
        {
            _path.Add(value);
            try
            {
                WriteComposite(value, value.GetType());
            }
            finally
            {
                _path.RemoveAt(_path.Count - 1);
            }
        }
    }

    private void WriteRuntimeObject(object value) => _text.Append(value switch
    {
        Type type => $"typeof({TypeText.Of(type)})",
        MethodBase method => $"method {TypeText.Of(method)}",
        Delegate call => $"{TypeText.Of(call.GetType())}({TypeText.Of(call.Method)})",
        Task task => TaskText(task),
        _ => value.ToString(),
    });

    private string TaskText(Task task)
    {
        // The tasks of async methods are of types of the runtime's own.
        Type type = task.GetType();
        while (type != typeof(Task) && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)))
        {
            type = type.BaseType!;
        }

        // What a task without a result is inside.
        string name = type.IsGenericType && type.GetGenericArguments()[0].Name == "VoidTaskResult" ? "Task" : TypeText.Of(type);
        if (!options.States)
        {
            return name;
        }

        return task.Status switch
        {
            TaskStatus.Canceled => $"{name} (canceled)",
            TaskStatus.Faulted => $"{name} (failed)",
            TaskStatus.RanToCompletion => $"{name} (completed)",
            _ => $"{name} (under way)",
        };
    }

    private void WriteComposite(object value, Type type)
    {
        bool isFramework = FrameworkTypes.Contains(type);
        if (value is Exception exception)
        {
            WriteException(exception, type, isFramework);
        }
        else if (value is Array array)
        {
            WriteArray(array);
        }
        else if (value is Regex && InstanceFields.Read(value, "pattern") is string pattern)
        {
            // The ones that are generated into the application derive from it.
            _text.Append("Regex(").Append(LiteralText.Of(pattern, options.StringLength)).Append(')');
        }
        else if (StateMachines.IsStateMachine(type))
        {
            _text.Append(TypeText.Of(type)).Append(" (an iterator)");
        }
        else if (isFramework && value is ITuple tuple)
        {
            WriteList(type.IsValueType ? "(" : "Tuple(", ")", [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])], tuple.Length, int.MaxValue);
        }
        else if (isFramework && FrameworkText.Of(value, type, options.StringLength) is { } known)
        {
            _text.Append(known);
        }
        else if (CollectionItems.WrappedBy(value) is { } inner)
        {
            WritePrefix(type, isFramework);
            WriteAny(inner);
            WriteFields(value, type, isFramework, always: false);
        }
        else if (CollectionItems.Of(value) is { } items)
        {
            WritePrefix(type, isFramework);
            WriteItems(items);
            WriteFields(value, type, isFramework, always: false);
        }
        else if (isFramework)
        {
            WriteFrameworkObject(value, type);
        }
        else
        {
            WriteName(type);
            WriteFields(value, type, isFramework: false, always: true);
        }
    }

    // Collections of .NET need no name, and nothing of others is left out by it.
    private void WritePrefix(Type type, bool isFramework)
    {
        if (!isFramework)
        {
            WriteName(type);
            _text.Append(' ');
        }
    }

    private void WriteName(Type type) => _text.Append(TypeText.Of(type) is var name && name.StartsWith("(anonymous)", StringComparison.Ordinal) ? "new" : name);

    private void WriteFrameworkObject(object value, Type type)
    {
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (definition == typeof(KeyValuePair<,>))
        {
            WriteList("KeyValuePair(", ")", [InstanceFields.Read(value, "key"), InstanceFields.Read(value, "value")], 2, 2);
        }
        else if (definition == typeof(Memory<>) || definition == typeof(ReadOnlyMemory<>))
        {
            WriteSlice(InstanceFields.Read(value, "_object"), (int)InstanceFields.Read(value, "_index")!, (int)InstanceFields.Read(value, "_length")!);
        }
        else if (definition == typeof(ArraySegment<>))
        {
            WriteSlice(InstanceFields.Read(value, "_array"), (int)InstanceFields.Read(value, "_offset")!, (int)InstanceFields.Read(value, "_count")!);
        }
        else
        {
            // What it consists of is the framework's own matter.
            _text.Append(type == typeof(object) ? "object" : $"{TypeText.Of(type)} {{ … }}");
        }
    }

    private void WriteSlice(object? owner, int start, int length)
    {
        if (owner is string text)
        {
            _text.Append(LiteralText.Of(text.AsSpan(start, length), options.StringLength));
        }
        else if (owner is Array array)
        {
            WriteList("[", "]", [.. Enumerable.Range(start, Math.Min(length, options.Items)).Select(i => array.GetValue(i))], length, options.Items);
        }
        else
        {
            _text.Append(owner is null ? "[]" : string.Create(CultureInfo.InvariantCulture, $"[… {length}]"));
        }
    }

    private void WriteException(Exception exception, Type type, bool isFramework)
    {
        // Message can be the application's code; what it was created with lies in the base.
        WriteName(type);
        _text.Append('(');
        string? message = isFramework ? exception.Message : InstanceFields.Read(exception, "_message") as string;
        _text.Append(message is null ? string.Empty : LiteralText.Of(message, options.StringLength));
        if (exception.InnerException is { } inner && _path.Count <= options.Depth)
        {
            _text.Append(message is null ? "inner: " : ", inner: ");
            Write(inner);
        }

        _text.Append(')');
        WriteFields(exception, type, isFramework, always: false);
    }

    private void WriteArray(Array array)
    {
        int shown = Math.Min(array.Length, options.Items);
        if (array.Rank == 1)
        {
            WriteList("[", "]", [.. Enumerable.Range(array.GetLowerBound(0), shown).Select(i => array.GetValue(i))], array.Length, options.Items);
            return;
        }

        string sizes = string.Join(" x ", Enumerable.Range(0, array.Rank).Select(dimension => array.GetLength(dimension).ToString(CultureInfo.InvariantCulture)));
        WriteList($"{sizes} [", "]", [.. array.Cast<object?>().Take(shown)], array.Length, options.Items);
    }

    private void WriteItems(CollectionItems items)
    {
        IEnumerable<(object? Key, object? Value)> ordered = items.Items;
        if (!items.IsOrdered)
        {
            // The order of hash codes is another in every process.
            ordered = ordered.OrderBy(item => ValueText.Of(items.IsMap ? item.Key : item.Value, options), StringComparer.Ordinal);
        }

        if (!items.IsMap)
        {
            WriteList("[", "]", [.. ordered.Take(options.Items).Select(static item => item.Value)], items.Count, options.Items);
            return;
        }

        if (items.Items.Count == 0)
        {
            _text.Append("{ }");
            return;
        }

        if (_path.Count > options.Depth)
        {
            _text.Append("{ … }");
            return;
        }

        string separator = "{ ";
        foreach ((object? key, object? value) in ordered.Take(options.Items))
        {
            _text.Append(separator).Append('[');
            Write(key);
            _text.Append("] = ");
            Write(value);
            separator = ", ";
        }

        WriteRest(items.Count, Math.Min(items.Items.Count, options.Items));
        _text.Append(" }");
    }

    private void WriteList(string open, string close, IReadOnlyList<object?> items, int count, int maximum)
    {
        _text.Append(open);
        if (_path.Count > options.Depth && items.Count > 0)
        {
            _text.Append('…').Append(close);
            return;
        }

        int shown = Math.Min(items.Count, maximum);
        for (int i = 0; i < shown; i++)
        {
            _text.Append(i == 0 ? string.Empty : ", ");
            Write(items[i]);
        }

        WriteRest(count, shown);
        _text.Append(close);
    }

    private void WriteRest(int count, int shown)
    {
        string separator = shown > 0 ? ", " : string.Empty;
        _text.Append(count < 0 ? $"{separator}… more" : count > shown ? string.Create(CultureInfo.InvariantCulture, $"{separator}… {count - shown} more") : string.Empty);
    }

    private void WriteFields(object value, Type type, bool isFramework, bool always)
    {
        (string Name, FieldInfo Field)[] fields = isFramework ? [] : InstanceFields.ShownOf(type);
        if (fields.Length == 0)
        {
            _text.Append(always ? " { }" : string.Empty);
            return;
        }

        if (_path.Count > options.Depth)
        {
            _text.Append(" { … }");
            return;
        }

        string separator = " { ";
        foreach ((string name, FieldInfo part) in fields.Take(options.Items))
        {
            _text.Append(separator).Append(name).Append(" = ");
            Write(part.GetValue(value));
            separator = ", ";
        }

        WriteRest(fields.Length, Math.Min(fields.Length, options.Items));
        _text.Append(" }");
    }
}
