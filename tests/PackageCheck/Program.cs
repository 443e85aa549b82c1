using PackageCheck;

// check <feed> <repository>, mutations <feed> <repository>, linked <feed> <repository>, same <feed> <feed>: what each does stands at its class.
return args switch
{
    ["check", var feed, var repository] => Report.Print(Inspection.Of(PackageFile.OpenAll(feed), new Expectations(repository))),
    ["mutations", var feed, var repository] => Mutations.Run(PackageFile.OpenAll(feed), new Expectations(repository)),
    ["linked", var feed, var repository] => Report.Print(Inspection.OfLinked(PackageFile.OpenAll(feed), new Expectations(repository))),
    ["same", var one, var other] => Report.Print(Comparison.Of(one, other)),
    _ => Report.Usage(),
};
