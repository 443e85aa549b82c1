namespace Control;

/// <summary>What the controller has found.</summary>
/// <param name="Method">The slow method.</param>
/// <param name="Cause">What its slow calls spend their time on, in a word: processor, lock, file, network, sleep; unknown when the kernel cannot be asked.</param>
/// <param name="Report">The whole story, in words.</param>
internal sealed record Finding(string Method, string Cause, string Report);
