using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Tests.Elf;

public sealed class UsdtArgumentTests
{
    [Theory]
    [InlineData("-4@%eax", "Register 4 signed eax@80")]
    [InlineData("8@%r15", "Register 8 r15@0")]
    [InlineData("1@%al", "Register 1 al@80")]
    [InlineData("-1@%ah", "Register 1 signed ah@80>>8")]
    [InlineData("2@%r9w", "Register 2 r9w@64")]
    [InlineData("8f@%xmm0", "Register 8 float xmm0@-1")]
    [InlineData("-8f@%xmm12", "Register 8 signed float xmm12@-1")]
    [InlineData("%rdi", "Register 8 rdi@112")]
    [InlineData("4@$5", "Constant 4 value 5")]
    [InlineData("-4@$-5", "Constant 4 signed value -5")]
    [InlineData("8@$0x10", "Constant 8 value 16")]
    [InlineData("8@$18446744073709551615", "Constant 8 value -1")]
    [InlineData("8@$table+8", "SymbolAddress 8 value 8 symbol table")]
    [InlineData("8@-8(%rbp)", "Memory 8 rbp@32 value -8")]
    [InlineData("8@(%rsp)", "Memory 8 rsp@152")]
    [InlineData("8@(%rax,%rbx,8)", "Memory 8 rax@80 index rbx@40*8")]
    [InlineData("-4@16(%rax,%rbx)", "Memory 4 signed rax@80 index rbx@40*1 value 16")]
    [InlineData("4@0x20(,%r12,4)", "Memory 4 index r12@24*4 value 32")]
    [InlineData("8@8(%rax, %rbx, 2)", "Memory 8 rax@80 index rbx@40*2 value 8")]
    [InlineData("8@counter(%rip)", "SymbolMemory 8 symbol counter")]
    [InlineData("-4@counter+4(%rip)", "SymbolMemory 4 signed value 4 symbol counter")]
    [InlineData("-4@-4+counter(%rip)", "SymbolMemory 4 signed value -4 symbol counter")]
    [InlineData("4@counter", "SymbolMemory 4 symbol counter")]
    [InlineData("8@16(%rip)", "Memory 8 rip@128 value 16")]
    [InlineData("8@%fs:16", "Memory 8 value 16 segment fs")]
    [InlineData("8@%fs:(%rax)", "Memory 8 rax@80 segment fs")]
    [InlineData("8@%ds:4(%rax)", "Memory 8 rax@80 value 4")]
    public void X64_Argument_IsUnderstood(string text, string meaning) => Assert.Equal(meaning, Describe(Assert.Single(Parse(text, ElfMachine.X64))));

    [Theory]
    [InlineData("8@x0", "Register 8 x0@0")]
    [InlineData("-4@w29", "Register 4 signed w29@232")]
    [InlineData("8@sp", "Register 8 sp@248")]
    [InlineData("8@lr", "Register 8 lr@240")]
    [InlineData("4@wzr", "Constant 4")]
    [InlineData("8f@d3", "Register 8 float d3@-1")]
    [InlineData("4@5", "Constant 4 value 5")]
    [InlineData("-4@-5", "Constant 4 signed value -5")]
    [InlineData("4@#5", "Constant 4 value 5")]
    [InlineData("8@[x1]", "Memory 8 x1@8")]
    [InlineData("-4@[sp, 12]", "Memory 4 signed sp@248 value 12")]
    [InlineData("-4@[sp,#-12]", "Memory 4 signed sp@248 value -12")]
    [InlineData("8@[x0, x1]", "Memory 8 x0@0 index x1@8*1")]
    [InlineData("8@[x0, x1, lsl 3]", "Memory 8 x0@0 index x1@8*8")]
    [InlineData("8@[x0, w1, sxtw 2]", "Memory 8 x0@0 index w1@8*4 signed")]
    [InlineData("8@[x0, w1, uxtw]", "Memory 8 x0@0 index w1@8*1")]
    public void Arm64_Argument_IsUnderstood(string text, string meaning) => Assert.Equal(meaning, Describe(Assert.Single(Parse(text, ElfMachine.Arm64))));

    [Theory]
    [InlineData("3@%eax")]
    [InlineData("4@")]
    [InlineData("@%eax")]
    [InlineData("4@%")]
    [InlineData("4@%nox")]
    [InlineData("4@%eax,")]
    [InlineData("4@$")]
    [InlineData("4@$5+")]
    [InlineData("4@$a+b")]
    [InlineData("4@(")]
    [InlineData("4@()")]
    [InlineData("4@8(%rax")]
    [InlineData("4@8(%rax,%rbx,3)")]
    [InlineData("4@8(%rax,%rbx,8")]
    [InlineData("4@8(%al)")]
    [InlineData("4@(%xmm0)")]
    [InlineData("4@(%rax,%rip)")]
    [InlineData("4@counter(%rax)")]
    [InlineData("4@$99999999999999999999")]
    [InlineData("4@%rax:8")]
    [InlineData("--4@%eax")]
    [InlineData("-4@%eax)")]
    [InlineData("4@4@%eax")]
    public void X64_WrongArgument_IsAnErrorThatShowsIt(string text) => AssertWrong(text, ElfMachine.X64);

    [Theory]
    [InlineData("8@x31")]
    [InlineData("8@x01")]
    [InlineData("8@y0")]
    [InlineData("8@[x1")]
    [InlineData("8@[x1]]")]
    [InlineData("8@[w1]")]
    [InlineData("8@[x1, w2]")]
    [InlineData("8@[x1, w2, lsl 3]")]
    [InlineData("8@[x1, x2, lsl]")]
    [InlineData("8@[x1, x2, lsl 5]")]
    [InlineData("8@[x1], 8")]
    [InlineData("8@[]")]
    [InlineData("8@%rax")]
    public void Arm64_WrongArgument_IsAnErrorThatShowsIt(string text) => AssertWrong(text, ElfMachine.Arm64);

    [Fact]
    public void ManyArguments_AreSeparatedBySpaces()
    {
        Assert.Equal(["8@%rdi", "-4@8(%rax, %rbx)", "4@$1"], Parse("  8@%rdi -4@8(%rax, %rbx)\t4@$1 ", ElfMachine.X64).Select(argument => argument.Text));
        Assert.Empty(Parse(string.Empty, ElfMachine.X64));
        Assert.Empty(Parse("  ", ElfMachine.Arm64));
    }

    [Fact]
    public void TooManyArguments_AreAnError() => AssertWrong(string.Join(' ', Enumerable.Repeat("4@$1", 65)), ElfMachine.X64);

    [Fact]
    public void OfAnotherProcessor_IsAnError() => AssertWrong("4@$1", (ElfMachine)8);

    [Fact]
    public void EveryRegister_IsWhereTheKernelPutsIt()
    {
        // struct pt_regs of x86-64, word by word.
        string[] words = ["r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss"];
        foreach (string name in words.Except(["orig_rax", "cs", "eflags", "ss"]))
        {
            Assert.Equal(Array.IndexOf(words, name) * 8, Assert.Single(Parse($"8@%{name}", ElfMachine.X64)).Register!.Value.Offset);
        }
    }

    private static IReadOnlyList<UsdtArgument> Parse(string text, ElfMachine machine) => UsdtArgumentParser.Parse(text, machine, "a test", 0);

    private static void AssertWrong(string text, ElfMachine machine)
    {
        BadFileException error = Assert.Throws<BadFileException>(() => Parse(text, machine));
        Assert.Equal("a test", error.File);
    }

    private static string Describe(UsdtArgument argument)
    {
        var text = new List<string> { argument.Kind.ToString(), argument.Size.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        Add(argument.IsSigned, "signed");
        Add(argument.IsFloat, "float");
        Add(argument.Register is not null, argument.Register is { } register ? Describe(register) : string.Empty);
        Add(argument.Index is not null, $"index {(argument.Index is { } index ? Describe(index) : string.Empty)}*{argument.Scale}");
        Add(argument.IndexIsSigned, "signed");
        Add(argument.Value != 0, $"value {argument.Value}");
        Add(argument.Symbol is not null, $"symbol {argument.Symbol}");
        Add(argument.Segment is not null, $"segment {argument.Segment}");
        return string.Join(' ', text);

        void Add(bool condition, string part)
        {
            if (condition)
            {
                text.Add(part);
            }
        }
    }

    private static string Describe(UsdtRegister register) => $"{register.Name}@{register.Offset}{(register.Shift == 0 ? string.Empty : $">>{register.Shift}")}";
}
