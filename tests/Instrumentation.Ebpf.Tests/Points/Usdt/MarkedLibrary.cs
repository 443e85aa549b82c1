using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Points.Usdt;

/// <summary>A library with marked places, compiled for the tests and loaded into this process: every kind of argument, two places of one name, a semaphore.</summary>
public sealed unsafe class MarkedLibrary : IDisposable
{
    private const string Source = """
        #define MARK(name, semaphore, arguments, ...) __asm__ volatile( \
            "990: nop\n.pushsection .note.stapsdt,\"\",\"note\"\n.balign 4\n.4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n993: .8byte 990b\n.8byte 0\n" \
            ".8byte " semaphore "\n.asciz \"marked\"\n.asciz \"" #name "\"\n.asciz \"" arguments "\"\n994: .balign 4\n.popsection\n" :: __VA_ARGS__)
        unsigned short marked_semaphore __attribute__((section(".probes"), visibility("hidden")));
        int marked_counter = 40;
        int semaphore(void) { return *(volatile unsigned short *)&marked_semaphore; }
        void kinds(long n) {
            volatile int onStack = -(int)n;
            volatile int table[4] = { 10, 11, 12, 13 };
            unsigned char byte = (unsigned char)n;
            marked_counter++;
            MARK(kinds, "0", "8@%0 -4@%1 1@%b2 -2@%w0 -8@$-7 -4@4(%3,%4,4) -4@marked_counter(%%rip) 2@%w0",
                "r"(n), "m"(onStack), "q"(byte), "r"(table), "r"(n & 1));
        }
        void places(long n) {
            if (n & 1) MARK(places, "0", "8@%0 -4@$1", "r"(n));
            else MARK(places, "0", "8@%0 -4@$2", "m"(n));
        }
        void fewer(long n) {
            volatile long kept = n;
            if (n & 1) MARK(fewer, "0", "8@%0", "r"(n));
            else MARK(fewer, "0", "8@%0 8@(%1)", "r"(n), "r"(n == 2 ? 0 : &kept));
        }
        void guarded(long n) { MARK(guarded, "marked_semaphore", "8@%0", "r"(n)); }
        void odd(double n) { MARK(odd, "0", "-8f@%0", "x"(n)); }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly nint _handle;

    public MarkedLibrary()
    {
        Path = _directory["libmarked.so"];
        File.WriteAllText(_directory["marked.c"], Source);
        Tool.Run("gcc", "-O1", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-o", Path, _directory["marked.c"]);
        _handle = NativeLibrary.Load(Path);
    }

    public string Path { get; }

    public int Semaphore => ((delegate* unmanaged<int>)NativeLibrary.GetExport(_handle, "semaphore"))();

    public void Call(string name, long argument) => ((delegate* unmanaged<long, void>)NativeLibrary.GetExport(_handle, name))(argument);

    public void Dispose()
    {
        NativeLibrary.Free(_handle);
        _directory.Dispose();
    }
}
