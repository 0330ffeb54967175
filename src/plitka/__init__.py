"""plitka shows what a mix of rubber granules will look like as a tile."""
