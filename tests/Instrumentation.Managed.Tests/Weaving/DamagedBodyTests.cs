using Instrumentation.Managed.Tests.Harness;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Tests.Weaving;

/// <summary>Bytes that are no body: refused with the one exception that says so, or read; never anything else, and never without end.</summary>
public sealed class DamagedBodyTests
{
    private const int Cases = 100_000;

    [Fact]
    public void Read_DamagedBodies_GivesABodyOrBadIl()
    {
        byte[][] bodies = [.. BodyFiles.Bodies(typeof(Mono.Cecil.Cil.OpCode).Assembly)
            .Where(static body => body.Bytes.Length is > 12 and < 600)
            .Where(static (body, index) => body.Block.ExceptionRegions.Length > 0 || index % 20 == 0)
            .Select(static body => body.Bytes)];
        Assert.True(bodies.Length > 100);
        Random random = new(20260101);
        int refused = 0;
        byte[] current = [];
        int cases = 0;
        Watch.OnThread(() =>
        {
            for (; cases < Cases; cases++)
            {
                current = Damage(random, bodies[random.Next(bodies.Length)]);
                refused += IsRefused(current) ? 1 : 0;
            }
        });

        Assert.InRange(refused, Cases / 10, Cases - (Cases / 10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("06")]
    [InlineData("1B300800FFFFFFFF000000002A")]
    [InlineData("1B300800FFFFFF7F000000002A")]
    [InlineData("0A450000")]
    [InlineData("26450300008000000000")]
    [InlineData("0624")]
    [InlineData("06FE")]
    [InlineData("0AFEFF")]
    [InlineData("0A2B10")]
    public void Read_ImpossibleBody_IsRefused(string bytes) => Assert.True(IsRefused(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("1B300800010000000000000" + "02A000000" + "81000000")]
    [InlineData("1B300800010000000000000" + "02A000000" + "C1000000")]
    [InlineData("1B300800010000000000000" + "02A000000" + "81020000")]
    public void Read_SectionThatIsFollowedByItself_Ends(string bytes) => Watch.OnThread(() => Assert.True(IsRefused(Convert.FromHexString(bytes))));

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            _ = IlReader.Read(bytes);
            return false;
        }
        catch (BadIlException)
        {
            return true;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name} instead of BadIlException for {Convert.ToHexString(bytes)}", error);
        }
    }

    private static byte[] Damage(Random random, byte[] body)
    {
        byte[] damaged = random.Next(3) == 0 ? body[..random.Next(body.Length)] : [.. body];
        int flips = damaged.Length == 0 ? 0 : random.Next(4);
        for (int i = 0; i < flips; i++)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return damaged;
    }
}
