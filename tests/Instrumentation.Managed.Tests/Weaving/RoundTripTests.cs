using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Tests.Weaving;

/// <summary>Every body of large assemblies, read and written, is the same to an independent decoder.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData("System.Private.CoreLib", 30_000)]
    [InlineData("System.Text.Json", 3_000)]
    [InlineData("Mono.Cecil", 3_000)]
    public unsafe void ReadAndWrite_EveryBodyOfAnAssembly_KeepsOperationsClausesAndOffsets(string assembly, int atLeast)
    {
        int bodies = 0;
        foreach ((string name, byte[] bytes, MethodBodyBlock block) in BodyFiles.Bodies(Assembly.Load(assembly)))
        {
            IlBody body = IlReader.Read(bytes);
            (Mono.Cecil.Cil.Instruction, int)[] originals = [.. body.Instructions.Select(static instruction => (instruction, instruction.Offset))];
            EncodedBody written = IlWriter.Write(body, originals);
            fixed (byte* start = written.Bytes)
            {
                BlobReader reader = new(start, written.Bytes.Length);
                MethodBodyBlock again = MethodBodyBlock.Create(reader);
                Assert.True(block.MaxStack == again.MaxStack, name);
                Assert.True(block.LocalVariablesInitialized == again.LocalVariablesInitialized, name);
                Assert.True(block.LocalSignature == again.LocalSignature, name);
                Compare(name, block, again, written.Map);
            }

            bodies++;
        }

        Assert.True(bodies >= atLeast, $"only {bodies} bodies");
    }

    private static void Compare(string name, MethodBodyBlock block, MethodBodyBlock again, uint[] map)
    {
        List<PlainDecoder.Operation> before = PlainDecoder.Decode(block.GetILBytes());
        List<PlainDecoder.Operation> after = PlainDecoder.Decode(again.GetILBytes());
        Assert.True(before.Count == after.Count, name);
        Assert.True(map.Length == 2 * before.Count, name);
        Dictionary<int, int> moved = new() { [block.GetILBytes()!.Length] = again.GetILBytes()!.Length };
        for (int i = 0; i < before.Count; i++)
        {
            Assert.True(map[2 * i] == before[i].Offset && map[(2 * i) + 1] == after[i].Offset, $"{name}: the map at {before[i].Offset}");
            moved[before[i].Offset] = after[i].Offset;
        }

        for (int i = 0; i < before.Count; i++)
        {
            Assert.True(
                before[i].Name == after[i].Name
                    && before[i].Operand == after[i].Operand
                    && before[i].Targets.Select(target => moved[target]).SequenceEqual(after[i].Targets),
                $"{name}: {before[i]} became {after[i]}");
        }

        ImmutableArray<ExceptionRegion> regions = block.ExceptionRegions;
        Assert.True(regions.Length == again.ExceptionRegions.Length, name);
        for (int i = 0; i < regions.Length; i++)
        {
            ExceptionRegion old = regions[i];
            ExceptionRegion now = again.ExceptionRegions[i];
            Assert.True(old.Kind == now.Kind && old.CatchType == now.CatchType, name);
            Assert.True(
                moved[old.TryOffset] == now.TryOffset
                    && moved[old.TryOffset + old.TryLength] == now.TryOffset + now.TryLength
                    && moved[old.HandlerOffset] == now.HandlerOffset
                    && moved[old.HandlerOffset + old.HandlerLength] == now.HandlerOffset + now.HandlerLength
                    && (old.FilterOffset < 0 ? now.FilterOffset < 0 : moved[old.FilterOffset] == now.FilterOffset),
                $"{name}: clause {i}");
        }
    }
}
