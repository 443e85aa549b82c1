using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>A library that is compiled for the tests and loaded into this process: recursion, tail calls, a thousand functions, chosen first instructions.</summary>
public sealed unsafe class ProbedLibrary : IDisposable
{
    private const string Source = """
        __attribute__((noinline)) long deep(long n) { long below = 0; if (n > 0) below = deep(n - 1) + 1; __asm__ volatile("" : "+r"(below)); return below; }
        __attribute__((noinline)) long tail_b(long n) { __asm__ volatile(""); return n * 3; }
        __attribute__((noinline)) long tail_a(long n) { __asm__ volatile(""); return tail_b(n + 1); }
        __attribute__((noinline)) long six(long a, int b, short c, signed char d, unsigned e, unsigned char f) { __asm__ volatile(""); return a + b + c + d + e + f; }
        long run(long n) { long sum = 0; for (long i = 0; i < n; i++) sum += deep(0); return sum; }
        #ifdef __x86_64__
        #define SITE(name, code) __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n" code "\n.size " #name ",.-" #name "\n"); long name(long);
        #define BODY "mov %rdi,%rax\npop %rbx\nret"
        SITE(site_push, "push %rbx\n" BODY)
        SITE(site_endbr_push, "endbr64\npush %rbx\n" BODY)
        SITE(site_xor_push, "xor %eax,%eax\nmov %rdi,%r11\npush %rbx\n" BODY)
        SITE(site_lea, "lea 1(%rdi),%rax\nret")
        SITE(site_endbr_lea, "endbr64\nlea 1(%rdi),%rax\nret")
        SITE(site_endbr_nop, "endbr64\nnop\nmov %rdi,%rax\nret")
        SITE(site_nop5, ".byte 0x0f,0x1f,0x44,0,0\nmov %rdi,%rax\nret")
        SITE(site_jump, "jmp 1f\n1: mov %rdi,%rax\nret")
        SITE(site_jumped, "endbr64\n1: push %rbx\npop %rbx\ndec %rdi\njg 1b\nmov %rdi,%rax\nret")
        SITE(site_jumped_far, "endbr64\npush %rbx\n" BODY)
        SITE(site_jumps_far, "nop\njmp site_jumped_far+4")
        SITE(site_argument, "endbr64\nmov %rdi,%rsi\npush %rbx\n" BODY)
        SITE(site_memory, "endbr64\nmov (%rsp),%r11\npush %rbx\n" BODY)
        SITE(site_blind, "endbr64\npush %rbx\ncmp $-7,%rdi\njne 2f\njmp *%rdi\n2: " BODY)
        SITE(site_table, "endbr64\n3: push %rbx\npop %rbx\ndec %rdi\n4: lea 9f(%rip),%rdx\nxor %eax,%eax\ntest %rdi,%rdi\nsetle %al\nmovslq (%rdx,%rax,4),%rax\nadd %rdx,%rax\njmp *%rax\n"
            "5: mov %rdi,%rax\nret\n.section .rodata\n.balign 4\n9: .long 3b-9b, 5b-9b\n.text")
        SITE(site_other_table, "endbr64\npush %rbx\npop %rbx\n3: dec %rdi\nlea 9f(%rip),%rdx\nxor %eax,%eax\ntest %rdi,%rdi\nsetle %al\nmovslq (%rdx,%rax,4),%rax\nadd %rdx,%rax\njmp *%rax\n"
            "5: mov %rdi,%rax\nret\n.section .rodata\n.balign 4\n9: .long 3b-9b, 5b-9b\n.text")
        SITE(site_pointed, "endbr64\n3: push %rbx\npop %rbx\ndec %rdi\njle 5f\nlea 9f(%rip),%rdx\nmov (%rdx),%rdx\njmp *%rdx\n5: mov %rdi,%rax\nret\n.section .data.rel.ro,\"aw\"\n.balign 8\n9: .quad 3b\n.text")
        SITE(site_locked, "lock addq $0,(%rsp)\nmov %rdi,%rax\nret")
        #endif
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly nint _handle;

    public ProbedLibrary()
    {
        Path = _directory["libprobed.so"];
        StringBuilder source = new(Source);
        source.AppendLine();
        for (int i = 0; i < 1000; i++)
        {
            source.AppendLine(CultureInfo.InvariantCulture, $"long many_{i:000}(long n) {{ return n + {i}; }}");
        }

        File.WriteAllText(_directory["probed.c"], source.ToString());
        Tool.Run("gcc", "-O2", "-fno-optimize-strlen", "-fcf-protection=none", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-o", Path, _directory["probed.c"]);
        _handle = NativeLibrary.Load(Path);
    }

    public string Path { get; }

    public delegate* unmanaged<long, long> this[string name] => (delegate* unmanaged<long, long>)NativeLibrary.GetExport(_handle, name);

    public long Call(string name, long argument) => this[name](argument);

    public long Six(long a, int b, short c, sbyte d, uint e, byte f) => ((delegate* unmanaged<long, int, short, sbyte, uint, byte, long>)NativeLibrary.GetExport(_handle, "six"))(a, b, c, d, e, f);

    public void Dispose()
    {
        NativeLibrary.Free(_handle);
        _directory.Dispose();
    }
}
