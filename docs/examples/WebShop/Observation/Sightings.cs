namespace WebShop.Observation;

/// <summary>An HTTP request that ended.</summary>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Path">The path that was asked for.</param>
/// <param name="Route">The pattern of the route that answered; null when no route was left at the end (not found, or an error page).</param>
/// <param name="Status">The status code of the answer.</param>
public sealed record RequestSeen(string? Method, string? Path, string? Route, int Status);

/// <summary>A slow SQL command.</summary>
/// <param name="Text">The SQL.</param>
/// <param name="Duration">How long it ran until the first row.</param>
public sealed record SqlSeen(string Text, TimeSpan Duration);

/// <summary>An exception that was caught.</summary>
/// <param name="Type">The exception's type.</param>
/// <param name="Message">Its message.</param>
/// <param name="ThrownBy">The method that threw it.</param>
public sealed record CaughtSeen(string Type, string Message, string? ThrownBy);
