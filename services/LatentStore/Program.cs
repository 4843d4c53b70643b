Console.WriteLine("FaceMix LatentStore");
