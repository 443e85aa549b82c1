using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Instrumentation;

/// <summary>The captured values of one event, by name and in the order of the capture. Values are decoded each time they are asked for.</summary>
public readonly struct ProbeFields : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly ProbeEvent? _event;

    /// <summary>The fields of an event.</summary>
    /// <param name="source">The event.</param>
    internal ProbeFields(ProbeEvent source) => _event = source;

    /// <summary>The number of values.</summary>
    public int Count => _event?.Schema.Fields.Count ?? 0;

    /// <summary>A name and its value, by position.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public KeyValuePair<string, object?> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return new(_event!.Schema.Fields[index].Name, _event.Value(index));
        }
    }

    /// <summary>A value by its name.</summary>
    /// <param name="name">The name, as the capture gave it; case matters.</param>
    /// <exception cref="KeyNotFoundException">The event has no such field.</exception>
    public object? this[string name] => TryGet(name, out object? value)
        ? value
        : throw new KeyNotFoundException($"The event of probe '{_event?.Probe}' has no field '{name}'. It has: {string.Join(", ", this.Select(static field => field.Key))}.");

    /// <summary>A value by its name, if there is one.</summary>
    /// <param name="name">The name, as the capture gave it; case matters.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the event has no such field.</returns>
    public bool TryGet(string name, out object? value)
    {
        int index = IndexOf(name);
        value = index < 0 ? null : _event!.Value(index);
        return index >= 0;
    }

    /// <summary>A value by its name, if it is there and of the type.</summary>
    /// <typeparam name="T">The type of the captured value.</typeparam>
    /// <param name="name">The name, as the capture gave it; case matters.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the event has no such field, or it is null or of another type.</returns>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (TryGet(name, out object? found) && found is T typed)
        {
            value = typed;
            return true;
        }

        value = default;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_event!.Schema.Fields[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
