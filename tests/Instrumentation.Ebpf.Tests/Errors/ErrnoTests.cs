using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Tests.Errors;

public sealed class ErrnoTests
{
    [Theory]
    [InlineData(1, "EPERM")]
    [InlineData(2, "ENOENT")]
    [InlineData(22, "EINVAL")]
    [InlineData(524, "ENOTSUPP")]
    [InlineData(4711, "errno 4711")]
    public void Name_OfANumber_IsTheKernels(int number, string name) => Assert.Equal(name, Errno.Name(number));
}
