namespace Instrumentation.Testing.Frameworks;

/// <summary>xunit v3 counts an exception as a failed assertion, not as an error, when it has an interface of this name, wherever that is declared.</summary>
internal interface IAssertionException;
