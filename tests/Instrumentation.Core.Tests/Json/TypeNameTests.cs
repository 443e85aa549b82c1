using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Json;

namespace Instrumentation.Core.Tests.Json;

public class TypeNameTests
{
    [Theory]
    [InlineData(typeof(int), "int")]
    [InlineData(typeof(Level?), "Instrumentation.Core.Tests.Expressions.Level?")]
    [InlineData(typeof(TimeSpan), "TimeSpan")]
    [InlineData(typeof(int?[]), "int?[]")]
    [InlineData(typeof(string[,]), "string[,]")]
    [InlineData(typeof(Dictionary<string, List<int>>), "System.Collections.Generic.Dictionary<string, System.Collections.Generic.List<int>>")]
    [InlineData(typeof(Outer<int>.Inner<string>), "Instrumentation.Core.Tests.Json.Outer<int>+Inner<string>")]
    [InlineData(typeof(Outer<int>.Plain), "Instrumentation.Core.Tests.Json.Outer<int>+Plain")]
    [InlineData(typeof(Environment.SpecialFolder), "System.Environment+SpecialFolder")]
    public void Of_Types_ReadBack(Type type, string name)
    {
        Assert.Equal(name, TypeNameText.Of(type));
        Assert.Equal(type, TypeNameReader.Read(name));
    }

    [Theory]
    [InlineData("Instrumentation.Core.Tests!Instrumentation.Core.Tests.Expressions.Node", typeof(Node))]
    [InlineData(" System.Collections.Generic.Dictionary < string ,int > ", typeof(Dictionary<string, int>))]
    [InlineData("Leaf", typeof(Leaf))]
    public void Read_OtherSpellings_Mean(string name, Type type) => Assert.Equal(type, TypeNameReader.Read(name.Trim()));

    [Theory]
    [InlineData("")]
    [InlineData("int[")]
    [InlineData("int]")]
    [InlineData("A<")]
    [InlineData("System.Collections.Generic.List<>")]
    [InlineData("System.Collections.Generic.List<int,int>")]
    [InlineData("System.Nullable<string>")]
    [InlineData("System.Int32&")]
    [InlineData("int*")]
    [InlineData("No.Such!System.Int32")]
    [InlineData("int[][][][][][][][][][][][][][][][][][][][][][]")]
    [InlineData("System.Private.CoreLib!System.String, mscorlib")]
    public void Read_NoNames_AreRefused(string name) => Assert.Throws<TypeNameException>(() => TypeNameReader.Read(name));
}
