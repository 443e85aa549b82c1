namespace Instrumentation.Writers;

/// <summary>
/// A file of events that can be read at any time, also after the process was killed or its disk was full: after each write it holds whole events and is closed as its format demands, and
/// the next write begins where the closing does. A write stays within a page as far as events do: a kill interrupts it between pages only.
/// </summary>
/// <param name="file">The file, empty, which can seek; it is not disposed.</param>
/// <param name="ending">What closes the text after any event.</param>
internal sealed class EventFile(FileStream file, byte[] ending)
{
    private const int Page = 4096;

    private byte[] _room = new byte[2 * Page];
    private long _complete;

    /// <summary>Writes further text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ends">Where in it events end, ascending; the last one is the text's end.</param>
    /// <param name="closes">Whether the text closes the file itself.</param>
    /// <exception cref="IOException">It cannot be written. What was written before, and the whole events for which there was room, stay.</exception>
    public void Append(ReadOnlySpan<byte> text, IReadOnlyList<int> ends, bool closes)
    {
        try
        {
            int begin = 0;
            for (int next = 0; next < ends.Count;)
            {
                long room = Page - (_complete % Page) - ending.Length;
                int last = next;
                while (last + 1 < ends.Count && ends[last + 1] - begin <= room)
                {
                    last++;
                }

                Write(text[begin..ends[last]], closed: closes && last == ends.Count - 1);
                begin = ends[last];
                next = last + 1;
            }
        }
        catch (IOException)
        {
            CutOff();
            throw;
        }
    }

    private void Write(ReadOnlySpan<byte> text, bool closed)
    {
        int length = text.Length + (closed ? 0 : ending.Length);
        if (_room.Length < length)
        {
            _room = new byte[length * 2];
        }

        text.CopyTo(_room);
        if (!closed)
        {
            ending.CopyTo(_room.AsSpan(text.Length));
        }

        RandomAccess.Write(file.SafeFileHandle, _room.AsSpan(0, length), _complete);
        _complete += text.Length;
    }

    // What a failed write has left behind the last whole event is taken away. The closing lies where it lay before, so it needs no room on the disk.
    private void CutOff()
    {
        try
        {
            file.SetLength(_complete == 0 ? 0 : _complete + ending.Length);
            if (_complete > 0)
            {
                RandomAccess.Write(file.SafeFileHandle, ending, _complete);
            }
        }
        catch (Exception further) when (further is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // Then the file ends in the middle of an event. The failure that is told is the first one.
        }
    }
}
