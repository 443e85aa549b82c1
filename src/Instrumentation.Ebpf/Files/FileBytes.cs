using Microsoft.Win32.SafeHandles;

namespace Instrumentation.Ebpf.Files;

/// <summary>
/// The bytes of a file, read in parts and never mapped: a mapped file that another process cuts off ends this process by a signal, a read
/// that comes back short is an error that can be told. What is read is checked against the file's length before memory is taken for it.
/// </summary>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly ReadOnlyMemory<byte> _bytes;

    private FileBytes(string name, SafeFileHandle? handle, ReadOnlyMemory<byte> bytes, long length)
    {
        Name = name;
        _handle = handle;
        _bytes = bytes;
        Length = length;
    }

    /// <summary>The file's path, or what errors shall call the bytes.</summary>
    public string Name { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>Opens a file. Its bytes stay readable, even if the path comes to mean another file, until this is disposed.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="BadFileException">The file cannot be opened or has no length.</exception>
    public static FileBytes Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            return new FileBytes(path, handle, default, RandomAccess.GetLength(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            handle?.Dispose();
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Takes bytes that are in memory already.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">What errors shall call them.</param>
    /// <returns>The bytes.</returns>
    public static FileBytes Of(ReadOnlyMemory<byte> bytes, string name) => new(name, null, bytes, bytes.Length);

    /// <summary>Reads a whole file whose length may not be known beforehand, as in /proc and /sys.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>All its bytes.</returns>
    /// <exception cref="BadFileException">The file cannot be read.</exception>
    public static byte[] ReadAll(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Reads a part of the file.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="part">What errors shall call it.</param>
    /// <returns>The bytes, exactly so many.</returns>
    /// <exception cref="BadFileException">The part is not wholly inside the file, or cannot be read.</exception>
    public ReadOnlyMemory<byte> Read(ulong offset, ulong length, string part)
    {
        if (offset > (ulong)Length || length > (ulong)Length - offset)
        {
            throw new BadFileException(Name, part, unchecked((long)offset), $"its {length} bytes reach beyond the end of the file, which has {Length} bytes.");
        }

        if (length > (ulong)Array.MaxLength)
        {
            throw new BadFileException(Name, part, (long)offset, $"its {length} bytes are more than can be held in memory at once.");
        }

        return _handle is null ? _bytes.Slice((int)offset, (int)length) : ReadFile((long)offset, (int)length, part);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle?.Dispose();

    private static BadFileException Unreadable(string path, Exception exception) =>
        new(path, "the file", 0, exception.Message, "Check that the file exists and that this process may read it.", exception);

    private ReadOnlyMemory<byte> ReadFile(long offset, int length, string part)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        int filled = 0;
        while (filled < length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(_handle!, bytes.AsSpan(filled), offset + filled);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw Unreadable(Name, exception);
            }

            if (read == 0)
            {
                throw new BadFileException(Name, part, offset + filled, "the file became shorter while it was read.");
            }

            filled += read;
        }

        return bytes;
    }
}
