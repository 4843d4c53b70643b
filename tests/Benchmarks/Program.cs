Console.WriteLine("FaceMix benchmarks");
